# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err: lib.sh
# A module that is loaded while pwru listens is traced too, also when it is unloaded and loaded again.
# Where the kernel has no BTF of the module, a line says so. kprobe-multi keeps the modules that it
# traces from being unloaded.
# kernels: 5.10 7.2
modprobe geneve || skip "this kernel has no module geneve"
unload() { ! grep -q '^geneve ' /proc/modules || rmmod geneve; }
wait_for "geneve to go" unload

functions='.*geneve.*|dev_hard_start_xmit|skb_queue_tail|ip_output'
load() { # TIMES
    modprobe geneve
    wait_for "pwru to see the module" eval "[ \$(grep -c 'module geneve was loaded' $err) -ge $1 ]"
}
use() {
    ip link add gnv0 type geneve id 5 remote 127.0.0.1
    ip addr add 10.3.0.1/24 dev gnv0
    ip link set gnv0 up
    ip neigh add 10.3.0.2 lladdr 02:00:00:00:00:03 dev gnv0
    ping -q -c 1 -W 1 10.3.0.2 >/dev/null || true
    ip link del gnv0
}

# The names of stacks are those of such a module too, also where it cannot be traced.
tunnel_is_gone() { ! grep -qE '^(ipip|ip_tunnel) ' /proc/modules; }
unload_tunnel() { modprobe -r ipip && tunnel_is_gone; }
wait_for "ipip to go" unload_tunnel
start_pwru --drops icmp
modprobe ipip
ip route add unreachable 10.99.0.0/24
ip link add tun9 type ipip local 10.9.0.1 remote 10.99.0.9
ip addr add 10.4.0.1/24 dev tun9
ip link set tun9 up
is_named() {
    ping -q -c 1 -W 0.2 10.4.0.2
    grep -q 'ip_tunnel_xmit\[ip_tunnel\]+0x.* < ipip_tunnel_xmit\[ipip\]+0x' "$out"
}
wait_for "the name of the place" is_named
expect_line 'why +the tunnel tun9 could not send it'
stop_pwru
ip link del tun9

if [ ! -e /sys/kernel/btf/dummy ]; then
    start_pwru --filter-func "$functions" icmp
    load 1
    expect_stderr '^warning: module geneve was loaded and cannot be traced: .*BTF'
    stop_pwru
    exit 0
fi

trace() { # OPTIONS...
    start_pwru --filter-func "$functions|dummy_xmit" "$@" 'icmp or udp dst port 6081'
    load 1
    expect_stderr '^module geneve was loaded: attached to [1-9][0-9]* functions; left out: '
    use
    wait_for "the tunnel's packets" grep -q 'geneve_udp_encap_recv\[geneve\]$' "$out"
    expect_line ' geneve_xmit\[geneve\]$'
}

trace --backend kprobe
expect_no_stderr 'cannot be unloaded'
wait_for "geneve to go" unload
load 2
use
stop_pwru
expect_number "$(count_lines 'icmp:8/0\) +geneve_xmit\[geneve\]$')" -eq 2

has_kprobe_multi || exit 0
wait_for "geneve to go" unload
trace --backend kprobe-multi
expect_stderr '^[0-9]+ traced modules cannot be unloaded while pwru runs: --kmods '
! rmmod geneve || fail "geneve could be unloaded"
stop_pwru
wait_for "geneve to go" unload
