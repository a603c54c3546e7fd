# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# With the lockdown mode 'integrity' pwru traces. With 'confidentiality' it traces tracepoints by plain
# loads, and refuses in a sentence whatever takes copies of the kernel's memory; a kernel without plain
# loads (bpf_rdonly_cast) it refuses altogether. A lockdown cannot be undone, so this test runs last.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
lockdown=/sys/kernel/security/lockdown
[ -e "$lockdown" ] || mount -t securityfs none /sys/kernel/security 2>/dev/null || true
[ -e "$lockdown" ] || skip "this kernel has no lockdown"
echo integrity >"$lockdown"
trace_echoes
echoes 100
stop_pwru
expect_truth 100
echo confidentiality >"$lockdown"
if ! has_symbol bpf_rdonly_cast; then
    run_pwru 3 "$echo_filter"
    expect_stderr 'locked down \(confidentiality\).*bpf_rdonly_cast'
    expect_quiet_kernel
    return 0
fi
for option in --output-skb --output-skb-shared-info --filter-trace-tc --output-bpfmap; do
    run_pwru 3 $option icmp
    expect_one_sentence
    expect_stderr "^pwru: $option: .*locked down"
done
run_pwru 3 vlan
expect_stderr 'this pcap filter: it takes copies'

iptables -A OUTPUT -p tcp --dport 8080 -j DROP
start_pwru --filter-track-skb --output-stack --output-caller 'dst host 1.0.0.1 and (tcp dst port 8080 or udp)'
expect_stderr 'warning: .*locked down \(confidentiality\).*only tracepoints are traced'
open_tcp 1.0.0.1 8080
send_udp 1.0.0.1 9
stop_pwru
expect_line '->1\.0\.0\.1:8080\(tcp\) +tp:kfree_skb\(SKB_DROP_REASON_NETFILTER_DROP\) +nf(_hook_slow|t_do_chain[^ ]*)\+0x'
expect_order '->1\.0\.0\.1:9\(udp\) +tp:net_dev_queue +-$' ' tp:net_dev_xmit +-$'
expect_line '^__dev_queue_xmit\+0x'
expect_quiet_kernel
