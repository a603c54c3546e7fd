# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The filter takes one of two interfaces that carry the same traffic.
ip link add d1 type dummy
ip addr add 10.1.0.1/24 dev d1
ip link set d1 up
start_pwru --filter-func 'ip_output|dev_hard_start_xmit|__dev_queue_xmit' --filter-ifname d1 udp
send_udp 1.0.0.1 9
send_udp 10.1.0.9 9
ip neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev d1
send_udp 10.1.0.9 9
stop_pwru
index=$(ip -o link show d1 | cut -d : -f 1)
expect_every " d1:$index .*10\.1\.0\.1:[0-9]+->10\.1\.0\.9:9\(udp\) "
