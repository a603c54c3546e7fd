# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err: lib.sh
# Probes the last function of a module. To optimise a kprobe inside it, Linux 6.12 decodes up to the end
# of the page, and panics where the last instruction seems to reach into a page that is not mapped.
# kernels: 6.1 6.12 7.2
modprobe ipip || skip "this kernel has no module ipip"
[ -e /sys/kernel/btf/ip_tunnel ] || skip "this kernel has no BTF for modules"
last=$(awk '$4 == "[ip_tunnel]" && $2 ~ /[tTwW]/ { print $1, $3 }' /proc/kallsyms | sort | tail -n 1 | cut -d ' ' -f 2)
echo "the last symbol of ip_tunnel is $last"
ip link add tun type ipip local 10.1.0.1 remote 127.0.0.1
ip addr add 10.2.0.1/24 dev tun
ip link set tun up
start_pwru --backend kprobe --filter-func 'ip_.*tunnel.*|ip_md_tunnel.*' icmp
ping -q -c 1 -w 1 10.2.0.2 >/dev/null || true
stop_pwru
expect_line ' ip_tunnel_xmit\[ip_tunnel\]$'
