#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without privileges: one sentence, exit status 3, nothing on stdout.
. "$(dirname "$0")/lib.sh"

# A folder that everyone can read.
chmod 755 "$scratch"
install -m 755 "$PWRU" "$scratch/pwru"
last_command=("$scratch/pwru" icmp)
if [ "$(id -u)" -eq 0 ]; then
    last_command=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all
        --bounding-set=-all "${last_command[@]}")
fi
status=0
"${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
expect_status 3
expect_empty out
expect_one_line err
# The message names each missing capability.
expect_in err 'this process lacks CAP_BPF ('
expect_in err 'CAP_PERFMON ('
