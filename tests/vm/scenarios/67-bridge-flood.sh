# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A broadcast leaves a bridge through all of its ports as the same packet.
has_symbol bpf_trampoline_link_prog || skip 'this kernel has no BPF trampolines (fentry and fexit)'
ip link add br0 type bridge || skip 'this kernel has no bridge'
ip link set br0 up
for port in 1 2 3; do
    namespace "n$port"
    cable '' "p$port" "10.9.$port.1/24" "n$port" "e$port" 10.1.0.$port/24
    ip link set "p$port" master br0
done
ip addr add 10.1.0.9/24 dev br0
start_pwru --filter-func 'br_dev_xmit|ip_output|dev_hard_start_xmit|ip_rcv' --filter-track-skb --output-id \
    'udp dst port 9 and dst host 10.1.0.255'
printf x | socat -u STDIN UDP-DATAGRAM:10.1.0.255:9,broadcast
stop_pwru
for port in 1 2 3; do expect_line " e$port:[0-9]+ .* ip_rcv\$"; done
# The sender's own copy is looped back before it meets a function that is shown: another id.
[ "$(events | grep -E ' (p|e)[123]:' | grep -oE ' [0-9]+\.[0-9]+ +10\.1\.0\.9:' | awk '{ print $1 }' | sort -u | wc -l)" -eq 1 ] || fail 'not one id'
[ "$(events | grep ' ip_rcv$' | cut -d ' ' -f 1 | sort -u | wc -l)" -ge 3 ] || fail 'not three skbs'
