#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each scenario has a number of its own, and runs on two of the four kernels at least.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../vm"
status=0
complain() { echo "$*" && status=1; }

for suite in scenarios faults; do
    twice=$(basename -a "$suite"/*.sh | cut -d - -f 1 | sort -n | uniq -d)
    [ -z "$twice" ] || complain "two files in tests/vm/$suite have the number ${twice//$'\n'/, }"
done
for file in scenarios/*.sh; do
    read -ra kernels < <(guest/kernels_of "$file")
    for kernel in "${kernels[@]}"; do
        [[ $kernel =~ ^(5\.10|6\.1|6\.12|7\.2)$ ]] || complain "$file: '# kernels:' names '$kernel', which is no kernel of ours"
    done
    [ "$(printf '%s\n' "${kernels[@]}" | sort -u | wc -l)" -ge 2 ] || complain "$file: runs on one kernel only: ${kernels[*]}"
done
exit "$status"
