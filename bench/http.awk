# SPDX-License-Identifier: Apache-2.0
# The table of http.sh, from the lines of guest/http. All rounds of a way and a load are taken together;
# of p50 and p99 the mean. At full load the CPU does nothing else, so the time of a request that is more
# than without pwru, divided by its hits, is what a hit costs.
$1 == "H" && NF == 8 {
    key = $2 " " $3
    rounds[key]++
    requests[key] += $4; us[key] += $5; p50[key] += $6; p99[key] += $7; hits[$2] = $8
}
function rate(key) { return requests[key] / us[key] * 1e6 }
# " (+6.1 %)", and nothing for the row that the others are compared with.
function more(way, value, base) { return way == "none" ? "" : sprintf(" (%+.1f %%)", (value / base - 1) * 100) }
function tail(key) { return p99[key] / rounds[key] / 1000 }
function row(name, way,   full, half) {
    full = way " full"; half = way " half"
    if (!(full in rounds) || !(half in rounds)) { print "no result of " way > "/dev/stderr"; failed = 1; return }
    printf "| %s | %.0f | %.0f%s | %s | %.2f ms%s | %.0f%s | %.2f ms%s |\n", name, hits[way],
        rate(full), more(way, rate(full), rate("none full")),
        hits[way] != 0 ? sprintf("%.0f", (1 / rate(full) - 1 / rate("none full")) * 1e9 / hits[way]) : "-",
        tail(full), more(way, tail(full), tail("none full")),
        rate(half), more(way, rate(half), rate("none half")),
        tail(half), more(way, tail(half), tail("none half"))
}
END {
    print "| attached to, filter | hits a request | full load: requests/s | ns a hit | p99 | part load: requests/s | p99 |"
    print "|---|---|---|---|---|---|---|"
    row("nothing", "none")
    row("four functions, none matches", "four-absent")
    row("four functions, all match", "four-all")
    row("`@drops`, none matches", "drops-absent")
    row("all functions, none matches", "all-absent")
    row("all functions, all match", "all-all")
    exit failed
}
