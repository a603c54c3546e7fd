#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bash completion offers the names of interfaces, modules and functions, and never runs them.
. "$(dirname "$0")/lib.sh"
# shellcheck source=packaging/completions/pwru.bash
. "$(dirname "$(readlink -f "$0")")/../../packaging/completions/pwru.bash"
cd "$scratch"

# offered WORD...: prints the completions of the last word.
offered() {
    COMP_WORDS=("$PWRU" "$@") COMP_CWORD=$#
    _pwru
    printf '%s\n' "${COMPREPLY[@]}"
}

# shellcheck disable=SC2016  # as they are
_pwru_functions() { printf '%s\n' '$(touch run)' ip_rcv '`touch run`' ip_output; }
[ "$(offered --filter-func ip_)" = $'ip_rcv\nip_output' ]
[ "$(offered --filter-func '')" = $'@drops\nip_rcv\nip_output' ]
offered --filter-ifname '' | grep -qx lo
[ ! -e run ]
[ "$(offered --filter-xdp-expr '')" = '' ]
offered --filter-tunnel-pcap-l2 ic | grep -qx icmp
offered tc | grep -qx tcp
offered doc | grep -qx doctor
[ "$(offered host doc)" = '' ]
