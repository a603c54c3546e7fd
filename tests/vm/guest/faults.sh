# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034  # out, err, work, JSON_TWIN: lib.sh
# Functions of the fault suite. Each of its scenarios disturbs the machine while pwru traces. Every
# event must then have been printed or counted, and the kernel must not have complained.
JSON_TWIN=

# One event for each ping: icmp_rcv() of the request.
echo_filter='icmp[icmptype] = icmp-echo'
echoes() { ping -q -n -f -c "$1" 127.0.0.1 >/dev/null; }
trace_echoes() { start_pwru --filter-func icmp_rcv "$@" "$echo_filter"; }

# counted WHAT: prints the number before that word in the summary.
counted() { sed -nE "s/(^|.*[^0-9])([0-9]+) $1.*/\2/p" <<<"$(grep 'events printed' "$err")"; }
# expect_truth N: this many events have happened.
expect_truth() {
    local printed lost missed
    printed=$(events | wc -l) lost=$(counted lost)
    missed=$(($(counted 'missed probes') + $(counted 'recursion misses')))
    echo "printed $printed, lost $lost, missed $missed of $1"
    expect_number "$(counted 'events printed')" -eq "$printed"
    expect_number $((printed + lost + missed)) -eq "$1"
}

resident_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pwru_pid/status"; }
# shellcheck disable=SC2012  # names are numbers
descriptors() { ls "/proc/$pwru_pid/fd" | wc -l; }

# Each scenario calls this at its end: the kernel must have logged nothing that sounds like a fault.
expect_quiet_kernel() {
    ! dmesg | grep -E 'WARNING:|BUG:|Oops|general protection|detected stall|blocked for more than' ||
        fail "the kernel complains"
}
