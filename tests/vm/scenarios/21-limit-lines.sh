# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# pwru ends by itself after this many lines.
start_pwru --filter-func 'ip_output|ip_rcv' --output-limit-lines 3 icmp
ping -q -n -c 5 -i 0.01 127.0.0.1 >/dev/null
expect_exit 0
expect_number "$(events | wc -l)" -eq 3
