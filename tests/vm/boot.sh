#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# boot.sh KERNEL [COMMAND]: boots a guest, runs COMMAND in it and exits with its status. Without COMMAND
# it opens a shell. A guest that died (no status: panic, hang, QEMU gone) is booted once more. If it
# dies again, the exit status is 70, and the console and the state of the processors are kept.
# A KERNEL with -arm64 in its name is one for arm64, on an emulated machine of that kind.
# PWRU: the executable under test; build/pwru or, for arm64, build-arm64/pwru.
# VM_OVERLAY, VM_SMP, VM_MEMORY, VM_TIMEOUT (seconds), VM_LOGS, VM_QEMU (more options for QEMU).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kernel=${1:?boot.sh KERNEL [COMMAND]} command=${2:-}
logs=${VM_LOGS:-$here/../../build/vm/$kernel}
limit=${VM_TIMEOUT:-900}

kernel_dir=$("$here/kernel.sh" "$kernel")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/image.sh" "$kernel_dir" "$work/initrd" "$command"

# The machine: an emulator, and the device of the kernel's console. On both machines ttyS0 and ttyS1 are
# the first and second serial line that init uses besides it (see guest/init).
case $kernel in
*-arm64*)
    # Signatures of pointers in the algorithm of the architecture cost half of the time.
    machine=(qemu-system-aarch64 -M "virt,gic-version=3" -cpu "max,pauth-impdef=on")
    console=ttyAMA0
    lines=(-device "pci-serial-2x,chardev1=io,chardev2=status")
    ;;
*)
    machine=(qemu-system-x86_64 -cpu max)
    console=ttyS0
    lines=(-serial chardev:io -serial chardev:status)
    ;;
esac

qemu() {
    # thread=single: with one thread for each CPU, code that another CPU patches (static keys, ftrace,
    # kprobes) sometimes crashes the emulated guest.
    # shellcheck disable=SC2086  # several words
    "${machine[@]}" ${VM_QEMU:-} -accel tcg,thread=single -smp "${VM_SMP:-2}" -m "${VM_MEMORY:-1G}" \
        -nodefaults -display none -no-reboot -kernel "$kernel_dir/vmlinuz" -initrd "$work/initrd" \
        -append "console=$console quiet panic=-1 oops=panic net.ifnames=0 no_timer_check" \
        -d cpu_reset -D "$work/cpu" \
        -serial "file:$work/console" "$@" -chardev "file,id=status,path=$work/status" "${lines[@]}"
}

boot() {
    local code=0
    : >"$work/status"
    if [ -z "$command" ]; then
        qemu -chardev stdio,id=io,signal=off,mux=on || code=$?
    else
        timeout -k 5 "$limit" bash -c "$(declare -f qemu); $(declare -p kernel_dir work machine console lines); qemu \"\$@\"" \
            qemu -chardev stdio,id=io </dev/null || code=$?
    fi
    # A triple fault prints nothing on the console, and -no-reboot makes QEMU exit with 0.
    cause="QEMU left with $code"
    [ "$code" -ne 124 ] || cause="no end after $limit s"
    ! grep -q 'Triple fault' "$work/cpu" || cause="triple fault"
    status=$(sed -n 's/^exit \([0-9]*\).*/\1/p' "$work/status" | head -n 1)
}

for attempt in 1 2; do
    boot
    if [ -n "$status" ]; then exit "$status"; fi
    mkdir -p "$logs"
    cp "$work/console" "$logs/console-$attempt.log"
    cp "$work/cpu" "$logs/cpu-$attempt.log"
    echo "boot.sh: the $kernel guest died (attempt $attempt of 2, $cause); its console is in $logs/console-$attempt.log" >&2
    [ -n "$command" ] || break
done
tail -n 30 "$work/console" >&2
exit 70
