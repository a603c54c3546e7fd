# SPDX-License-Identifier: Apache-2.0
# Makes a table of lines "M TOOL WORK METRIC VALUE": the median of each metric, pwru's value over the
# peer's, and the goal.
function median(key,    n, i, j, v, a) {
    n = split(values[key], a, " ")
    for (i = 2; i <= n; i++) {
        v = a[i] + 0
        for (j = i - 1; j > 0 && a[j] + 0 > v; j--) a[j + 1] = a[j]
        a[j + 1] = v
    }
    return n ? a[int((n + 1) / 2)] + 0 : ""
}
function verdict(value, goal) { return goal == "" ? "" : value <= goal ? "yes" : "NO" }
function shown(value) { return value == "" ? "-" : value < 10 && value != int(value) ? sprintf("%.2f", value) : sprintf("%d", value) }
function row(what, peer, ours, ratio, goal) {
    printf "| %s | %s | %s | %.3f | %s | %s |\n", what, shown(peer), shown(ours), ratio, goal == "" ? "" : goal, verdict(ratio, goal)
    if (verdict(ratio, goal) == "NO") missed++
}
function compare(what, work, metric, scale, goal,    p, o) {
    p = median("peer " work " " metric); o = median("ours " work " " metric)
    if (p == "" || o == "") return
    row(what, p / scale, o / scale, p ? o / p : 0, goal)
}
function compare_slowdown(what, work, goal,    none, p, o) {
    none = median("none match wall_us"); p = median("peer " work " wall_us"); o = median("ours " work " wall_us")
    if (p == "" || o == "") return
    row(what, p / none, o / none, (o - none) / (p - none), goal)
}
# What a hit costs in all, the entry of the hook too: what the flood takes longer, divided by its hits.
function with_entry(tool, work,    hits) {
    hits = median(tool " " work " hits")
    return hits ? (median(tool " " work " wall_us") - median("none match wall_us")) * 1000 / hits : ""
}
function compare_with_entry(what, work,    p, o) {
    p = with_entry("peer", work); o = with_entry("ours", work)
    if (p == "" || o == "") return
    row(what, p, o, o / p, "")
}
# How much the peer delivers of the events that pwru saw match in the same work.
function delivery(what, work,    p, o, lost) {
    p = median("peer " work " lines"); o = median("ours " work " lines"); lost = median("ours " work " lost")
    if (o == "") return
    printf "| %s | %.3f | %.3f | lost %d | 1.0 | %s |\n", what, p / (o + lost), o / (o + lost), lost, lost == 0 ? "yes" : "NO"
    if (lost) missed++
}
$1 == "M" { values[$2 " " $3 " " $4] = values[$2 " " $3 " " $4] " " $5 }
END {
    hit = fprobe ? 0.15 : 0.4; miss = fprobe ? 0.18 : 0.4; more = fprobe ? 0.25 : 0.4
    print "| what | cilium 1.0.5 | pwru | pwru / cilium | goal | met |"
    print "|---|---|---|---|---|---|"
    compare("hit that matches, ns", "match", "hit_ns", 1, hit)
    compare("hit that does not match, ns", "nomatch", "hit_ns", 1, miss)
    compare_with_entry("the same with the entry of the hook, ns", "nomatch")
    compare("hit, filter of 20 hosts, ns", "long", "hit_ns", 1, more)
    compare("hit that matches, --filter-track-skb, ns", "track", "hit_ns", 1, more)
    delivery("events delivered / matched, 2,000 flood pings", "match")
    delivery("events delivered / matched, 100,000 UDP packets", "udp")
    compare_slowdown("flood takes, times that without tracer, matching", "match", 0.3)
    compare_slowdown("flood takes, times that without tracer, not matching", "nomatch", 0.3)
    compare("CPU per event printed, ns, flood pings", "match", "cpu_per_line_ns", 1, 0.02)
    compare("CPU per event printed, ns, UDP", "udp", "cpu_per_line_ns", 1, 0.02)
    compare("start, ms", "nomatch", "start_us", 1000, fprobe ? 0.12 : 0.3)
    if (fprobe) {
        o = median("ours nomatch stop_us")
        p = median("peer nomatch stop_us")
        printf "| stop, ms | %d | %d | %.3f | 500 ms | %s |\n", p / 1000, o / 1000, o / p, verdict(o, 500000) ; if (o > 500000) missed++
    } else compare("stop, ms", "nomatch", "stop_us", 1000, 0.1)
    compare("peak RSS, KiB", "match", "rss_kib", 1, 0.3)
    compare("CPU in 10 s without traffic, ms", "nomatch", "idle_cpu_us", 1000, 0.05)
    compare("executable, KiB", "file", "kib", 1, 0.4)
    print ""
    printf "%d of the goals missed\n", missed
}
