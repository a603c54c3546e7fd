#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# diagnosis.sh [KERNEL...]: runs the scenarios with faults (153, 154, 159, 162, 163, 164, 166) on the kernels, by
# default four of the matrix, and writes docs/diagnosis.md from what `pwru --drops` printed there.
# With DIAGNOSIS_LOGS the folder has the results of runs already, a file KERNEL each, and none is run.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
page=$here/../../docs/diagnosis.md
kernels=("$@")
[ $# -gt 0 ] || kernels=(5.10 6.1 6.12 7.2)
logs=${DIAGNOSIS_LOGS:-}
if [ -z "$logs" ]; then
    logs=$(mktemp -d)
    trap 'rm -rf "$logs"' EXIT
    for kernel in "${kernels[@]}"; do
        "$here/boot.sh" "$kernel" "/vm/run_scenarios '^(15[349]|16[2346])-' && echo == && cat /run/diagnosis" >"$logs/$kernel.log" ||
            { tail -n 20 "$logs/$kernel.log" >&2 && exit 1; }
        sed '1,/^==/d' "$logs/$kernel.log" | tr -d '\r' | grep -F '|' >"$logs/$kernel"
    done
fi
links=
for scenario in "$here"/scenarios/{153,154,159,162,163,164,166}-*.sh; do
    name=${scenario##*/}
    links+="${links:+, }[${name%%-*}](../tests/vm/scenarios/$name)"
done
cat >"$page" <<END
# What \`pwru --drops\` says, fault by fault

This page is generated: \`tests/vm/diagnosis.sh\` boots these kernels, injects each fault, sends packets that it
kills, and writes down what one \`pwru --drops\` printed about them. The faults are in the scenarios
$links,
where a fault that is answered by something else, or not at all, fails the test.

- **right**: the answer names the object or the setting that is to blame.
- **partly**: it is true and weaker: it names the place, or several possible causes with this one among them.
- **wrong**: it blames something else.
- **cannot tell**: the packet died, and nothing is printed about it. The kernel frees no packet that could be seen (it
  consumes it as if all were well, never made it, or, before Linux 5.17, frees what TCP discards as it frees what was read), or
  the place has both deaths and ordinary ends, and nothing tells them apart.

The judgement is that of the scenarios, by words that the answer must have. The sentences are those of the newest kernel
that has one. Addresses differ from run to run only in the number of the network namespace.

END
# Which fault, verdicts, the sentence of the last kernel that has one, and the sums.
awk -F '|' -v kernels="${kernels[*]}" '
    FNR == 1 { file++ }
    { if (!($1 in seen)) { seen[$1] = 1; names[++count] = $1 }
      verdict[$1, file] = $2; sum[$2, file]++
      if ($3 != "") { why[$1] = $3; advice[$1] = $4 } }
    END {
        n = split(kernels, kernel, " ")
        printf "%d faults.\n\n|", count
        for (k = 1; k <= n; k++) printf " | %s", kernel[k]
        printf " |\n|---"
        for (k = 1; k <= n; k++) printf "|---"
        printf "|\n"
        split("right,partly,wrong,cannot tell", kinds, ",")
        for (i = 1; i <= 4; i++) {
            printf "| %s", kinds[i]
            for (k = 1; k <= n; k++) printf " | %d", sum[kinds[i], k]
            printf " |\n"
        }
        printf "\n| fault"
        for (k = 1; k <= n; k++) printf " | %s", kernel[k]
        printf " | why, and what to do |\n|---"
        for (k = 1; k <= n; k++) printf "|---"
        printf "|---|\n"
        for (i = 1; i <= count; i++) {
            name = names[i]
            printf "| %s", name
            for (k = 1; k <= n; k++) printf " | %s", verdict[name, k] == "" ? "not run" : verdict[name, k]
            printf " | %s |\n", why[name] == "" ? "" : why[name] "<br>*" advice[name] "*"
        }
    }' "${kernels[@]/#/$logs/}" | sed -E 's/netns [0-9]+/netns N/g' >>"$page"
