#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The limit of the stack is raised as far as it may be. Where that is too little, a sentence says so.
. "$(dirname "$0")/lib.sh"

limited() { # OPTIONS-OF-ULIMIT
    last_command=(bash -c "ulimit $1 100 && exec \"\$@\"" _ "$PWRU" --kernel-btf /none icmp)
    status=0
    "${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
    expect_empty out
    expect_one_line err
}
limited -s
expect_status 1
expect_in err 'start: the stack may grow to 100 KiB only, and takes up to 512 KiB; raise the limit (ulimit -s)'
limited -Ss
expect_in err /none
