#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Shows pwru at its main job: live where this kernel can be probed, otherwise in a guest.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
pwru=${PWRU:-$here/../../build/pwru}
guest_kernel=6.12

why="it needs root"
if [ "$(id -u)" -eq 0 ]; then
    live=$(mktemp)
    trap 'rm -f "$live"' EXIT
    status=0
    "$here/guest/demo" "$pwru" >"$live" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        echo "== live, on this kernel ($(uname -r))"
        cat "$live"
        exit 0
    fi
    # Status 3: pwru cannot probe this kernel. Status 4: this machine has no network namespaces or no
    # iptables.
    if [ "$status" -lt 3 ]; then
        cat "$live"
        exit "$status"
    fi
    why=$(tail -n 1 "$live")
fi
echo "== not live, on this kernel ($(uname -r)): $why"
echo "== in a guest on Debian's $guest_kernel cloud kernel, booted under QEMU"
command='/vm/demo /usr/bin/pwru'
[ -t 1 ] || command="set -o pipefail; $command 2>&1 | cat" # without a terminal here, the guest gets none either
"$here/boot.sh" "$guest_kernel" "$command"
