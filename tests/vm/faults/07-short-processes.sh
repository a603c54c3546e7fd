# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# 2,000 processes live only long enough to send one datagram. The line of each has its name and its id.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
start_pwru --filter-func udp_rcv --output-meta=false 'udp dst port 9'
for _ in $(seq 2000); do (echo x >/dev/udp/127.0.0.1/9); done 2>/dev/null
stop_pwru
printed=$(grep -c ' udp_rcv' "$out")
expect_number $((printed + $(counted lost) + $(counted 'missed probes') + $(counted 'recursion misses'))) -ge 2000
expect_number "$(awk '/ udp_rcv/ { print $3 }' "$out" | sort -u | wc -l)" -eq "$printed"
expect_no_line '<empty>'
expect_quiet_kernel
