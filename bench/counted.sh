# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions for benchmarks that count instructions.

# counted NAME KERNEL [ARG...]: runs bench/guest/NAME in a guest whose clock counts instructions, one a
# nanosecond, and prints the title of a table. What it prints is in the file that $log names then.
counted() {
    local name=$1 kernel=$2 here results
    here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
    results=$here/../build/bench
    log=$results/$name-$kernel.log
    overlay=$(mktemp -d)
    trap 'rm -rf "$overlay"' EXIT
    mkdir -p "$overlay/bench" "$results"
    cp "$here/guest/lib.sh" "$here/guest/$name" "$overlay/bench/"
    VM_OVERLAY=$overlay VM_QEMU="-icount shift=0,sleep=off" VM_SMP=1 \
        VM_TIMEOUT=${VM_TIMEOUT:-3600} "$here/../tests/vm/boot.sh" "$kernel" "export HOOKS_COUNTS='${HOOKS_COUNTS:-}'; bash /bench/$name ${*:3}" >"$log"
    echo
    echo "### Linux $(cat "$("$here/../tests/vm/kernel.sh" "$kernel")/release")"
    echo
}
