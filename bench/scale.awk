# SPDX-License-Identifier: Apache-2.0
# Makes a table of lines "R DIMENSION SIZE START-US STOP-US HIT-NS EVENTS LOST FORGOTTEN". Each row is
# compared with the first one of its dimension.
function broken(what) {
    complaints = complaints what "\n"
    failures++
}
function check_linear(what, cost, cost_first) {
    if (cost * first_size > cost_first * size)
        broken(sprintf("%s with %d %s takes %.1f times as long as with %d", what, size, name[dimension], cost / cost_first, first_size))
}
BEGIN {
    print "| what | how many | start, ms | stop, ms | ns a hit | events | lost | packets forgotten |"
    print "|---|---|---|---|---|---|---|---|"
    name["probes"] = "functions probed"
    name["tracked"] = "packets followed at once"
    name["filter"] = "hosts in the filter"
    name["cpus"] = "CPUs, each with a flood"
}
$1 == "R" {
    dimension = $2; size = $3; start = $4; stop = $5; hit = $6; forgotten = $9
    printf "| %s | %d | %d | %d | %d | %d | %d | %d |\n", name[dimension], size, start / 1000, stop / 1000, hit, $7, $8, forgotten
    if (!(dimension in first)) {
        first[dimension] = $0
        next
    }
    split(first[dimension], of_first)
    first_size = of_first[3]
    check_linear("the start", start, of_first[4])
    check_linear("the stop", stop, of_first[5])
    check_linear("a hit", hit, of_first[6])
    if (dimension != "tracked") next
    if (hit > 1.3 * of_first[6]) broken(sprintf("a hit with %d packets followed takes %.1f times as long as with %d", size, hit / of_first[6], first_size))
    if (forgotten) broken(sprintf("%d of %d packets were forgotten", forgotten, size))
}
END {
    print ""
    printf "%s", complaints
    if (failures || NR == 0) exit 1
    print "Nothing grows faster than linearly, nor a hit with the packets followed."
}
