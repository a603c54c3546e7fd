#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scale.sh [KERNEL]: measures on one kernel (6.12) how the cost of pwru grows with its work: probes,
# packets followed at once, terms of the filter, CPUs. Prints a table. Fails when a cost grows faster
# than linearly, or when a hit gets dearer with the number of packets that are followed.
# BENCH_DIMENSIONS ("probes tracked filter cpus").
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kernel=${1:-6.12} dimensions=${BENCH_DIMENSIONS:-probes tracked filter cpus}
results=$here/../build/bench
log=$results/scale-$kernel.log

overlay=$(mktemp -d)
trap 'rm -rf "$overlay"' EXIT
mkdir -p "$overlay/bench" "$results"
cp "$here/guest/"{lib.sh,scale} "$overlay/bench/"
gcc -O2 -static -o "$overlay/bench/udp_hold" "$here/guest/udp_hold.c"

# in_guest CPUS DIMENSION...
# With -icount the guest's clock counts instructions, one a nanosecond, so that other work of this
# machine is not measured.
in_guest() {
    PWRU=${PWRU:-$here/../build/pwru} VM_OVERLAY=$overlay VM_QEMU="-icount shift=0,sleep=off" \
        VM_SMP=$1 VM_MEMORY=4G VM_TIMEOUT=${VM_TIMEOUT:-3600} \
        "$here/../tests/vm/boot.sh" "$kernel" "bash /bench/scale ${*:2}" >>"$log"
}

: >"$log"
for dimension in $dimensions; do
    case $dimension in
    cpus) for cpus in 1 2 4 8; do in_guest "$cpus" cpus; done ;;
    *) in_guest 1 "$dimension" ;;
    esac
done
echo
echo "### Growth on Linux $(cat "$("$here/../tests/vm/kernel.sh" "$kernel")/release")"
echo
awk -f "$here/scale.awk" "$log"
