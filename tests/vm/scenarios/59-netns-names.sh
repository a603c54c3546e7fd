# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The name of the namespace comes from /run/netns, also for a namespace that appears later, or else from
# a process in it.
# cilium's bug: names of namespaces are read once, and only from /run/netns.
start_pwru --filter-func ip_output --output-netns-names 'udp dst port 9'
namespace late-comer
ip -n late-comer addr add 192.0.2.1/32 dev lo
ip netns exec late-comer bash -c 'exec 3<>/dev/udp/192.0.2.1/9; echo x >&3'
send_udp 1.0.0.1 9
stop_pwru
expect_line '^SKB .* LEN +NETNS NAME +TUPLE FUNC$'
expect_line ' late-comer +192\.0\.2\.1:'
! events | grep -E ' - +10\.9\.0\.1:' || fail "our own namespace has processes, but no name"

start_pwru --filter-func ip_output --output-json --output-netns-names 'udp dst port 9'
ip netns exec late-comer bash -c 'exec 3<>/dev/udp/192.0.2.1/9; echo x >&3'
stop_pwru
jq -s -e '.[0].netns_name == "late-comer"' "$out" >/dev/null

start_pwru --filter-func ip_output --output-netns-names --netns-names-max-length 3 'udp dst port 9'
namespace a-very-long-name-of-a-namespace
ip -n a-very-long-name-of-a-namespace addr add 192.0.2.1/32 dev lo
ip netns exec a-very-long-name-of-a-namespace bash -c 'exec 3<>/dev/udp/192.0.2.1/9; echo x >&3'
stop_pwru
expect_line ' a-very-lon 192\.0\.2\.1:'

start_pwru --filter-func ip_output --set-percpu-buf 8192 'udp dst port 9'
stop_pwru
expect_stderr '^warning: --set-percpu-buf is no longer needed'
