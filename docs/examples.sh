# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, work: lib.sh
# The examples of README.md, each in namespaces of its own. Runs in a guest:
#     ./dev vm 6.12 "$(cat docs/examples.sh)"
# shellcheck disable=SC1091 # the guest's copy of tests/vm/guest/lib.sh
. /vm/lib.sh

# Prints the command, and what pwru printed, without blanks at the end of lines.
show() { # PWRU-ARGUMENTS...
    local word line='$ pwru'
    for word; do
        [[ $word != *[!a-zA-Z0-9_./=:@-]* ]] && line+=" $word" || line+=" '$word'"
    done
    stop_pwru
    printf '\n%s\n' "$line"
    sed 's/ *$//' "$out"
}

# trace TRAFFIC PWRU-ARGUMENTS...
trace() {
    start_pwru "${@:2}" >/dev/null
    eval "$1" >/dev/null
    show "${@:2}"
}

# A router between two namespaces, like a host with containers.
two_containers() {
    namespace a
    namespace b
    cable a eth0 10.1.0.2/24 '' veth-a 10.1.0.1/24
    cable b eth0 10.2.0.2/24 '' veth-b 10.2.0.1/24
    ip -n a route add default via 10.1.0.1
    ip -n b route add default via 10.2.0.1
    echo 1 >/proc/sys/net/ipv4/ip_forward
}

example_drop() {
    iptables -A OUTPUT -p tcp --dport 8080 -j DROP
    trace 'try_tcp 1.0.0.1 8080' 'dst host 1.0.0.1 and tcp dst port 8080'
}

example_tcp_flags() {
    trace 'try_tcp 127.0.0.1 8080' --output-meta=false --output-tcp-flags \
        --filter-func '@drops|ip_local_out|ip_rcv|tcp_v4_rcv|tcp_v4_send_reset' \
        'tcp port 8080'
}

example_forwarded() {
    two_containers
    ip netns exec a ping -q -n -c 1 10.2.0.2 >/dev/null # resolves the addresses of the neighbours
    trace 'ip netns exec a ping -q -n -c 1 10.2.0.2' --output-tuple=false \
        --filter-func 'ip_(output|rcv|forward|local_deliver)|dev_hard_start_xmit|icmp_.*' \
        'icmp[icmptype] = icmp-echo'
}

example_dnat() {
    two_containers
    iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 10.2.0.2:5353
    trace 'ip netns exec a bash -c ". /vm/lib.sh; send_udp 10.1.0.1 53"' --output-meta=false --filter-track-skb \
        --filter-func 'ip_(rcv|forward|output|local_deliver)|nf_hook_slow|nf_nat_.*pkt|udp_rcv|@drops' \
        'dst host 10.1.0.1 and udp dst port 53'
}

example_netns() {
    two_containers
    trace 'ip netns exec a ping -q -n -c 1 10.2.0.2' --output-tuple=false \
        --filter-netns /run/netns/b --filter-func 'ip_rcv|icmp_rcv|icmp_reply|ip_output' icmp
}

example_ifname() {
    two_containers
    trace 'ip netns exec a ping -q -n -c 1 10.2.0.2' --output-tuple=false \
        --filter-ifname veth-b --filter-func 'ip_.*|dev_hard_start_xmit' icmp
}

example_mark() {
    iptables -t mangle -A OUTPUT -p udp --dport 9 -j MARK --set-mark 0x1234
    trace 'send_udp 1.0.0.1 9' --output-tuple=false --filter-mark 0x1200/0xff00 \
        --filter-func 'ip_.*|dev_.*' 'udp dst port 9'
}

example_vlan() {
    namespace b
    cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
    ip link add link va name va.100 type vlan id 100
    ip addr add 10.100.0.1/24 dev va.100
    ip link set va.100 up
    ip -n b link add link vb name vb.100 type vlan id 100
    ip -n b addr add 10.100.0.2/24 dev vb.100
    ip -n b link set vb.100 up
    trace 'ping -q -n -c 1 10.100.0.2; ping -q -n -c 1 10.1.0.2' --output-tuple=false --filter-track-skb \
        --filter-func 'dev_hard_start_xmit|.*netif_rx|vlan_.*|ip_rcv|icmp_(rcv|echo)' \
        'vlan 100 and icmp[icmptype] = icmp-echo'
}

example_stack() {
    iptables -A INPUT -p udp --dport 9 -j DROP
    trace 'send_udp 127.0.0.1 9' --output-meta=false --output-stack \
        --filter-func @drops 'udp dst port 9'
}

example_caller() {
    trace 'send_udp 127.0.0.1 9' --output-meta=false --output-tuple=false --output-caller --timestamp relative \
        --filter-func '(ip|udp)_(output|rcv|local_.*)' 'udp dst port 9'
}

example_fragments() {
    namespace b
    cable '' va 10.1.0.1/24 b vb 10.1.0.2/24
    # shellcheck disable=SC2016 # trace() evaluates it
    trace 'send_udp 10.1.0.2 9 "$(printf %02000d 0)"' --output-meta=false \
        --filter-func 'ip_(output|do_fragment|rcv|defrag|local_deliver)|udp_rcv' 'udp and dst host 10.1.0.2'
}

if [ $# -gt 0 ]; then
    mount -t tmpfs work "$work"
    mount -t tmpfs netns /run/netns
    /vm/network
    "$1"
else
    mkdir -p "$work"
    uname -sr
    for example in drop tcp_flags dnat forwarded netns ifname mark vlan fragments stack caller; do
        unshare --net --mount bash /vm/command "example_$example"
    done
fi
