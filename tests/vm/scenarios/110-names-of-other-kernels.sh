# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The function that drops has another name on each kernel. For a name that this kernel does not have,
# the message says what it has. @drops is right on all kernels, with each backend.
# kernels: all
iptables -A OUTPUT -p udp --dport 9 -j DROP
here=kfree_skb other=sk_skb_reason_drop
for name in kfree_skb_reason sk_skb_reason_drop; do
    ! has_symbol "$name" || here=$name other=kfree_skb
done
run_pwru 2 --filter-func "$other" udp
expect_one_sentence
expect_stderr "none matches --filter-func '$other'; this kernel drops packets with $here(, [a-z_]+)+: --filter-func @drops\$"
run_pwru 2 --filter-func ip_rvc udp
expect_stderr "none matches --filter-func 'ip_rvc'; did you mean ip_rcv\\?"

start_pwru --backend kprobe --filter-func @drops 'udp dst port 9'
send_udp 1.0.0.1 9 2>/dev/null || true # the sender gets an error
stop_pwru
expect_no_stderr 'sees few drops'
expect_every " $(netfilter_drop)\$"
expect_number "$(events | wc -l)" -eq 1

start_pwru --filter-func "$other|ip_output" 'udp dst port 9'
stop_pwru
expect_stderr "^warning: --filter-func '$other\\|ip_output' sees few drops: this kernel drops packets with $here,"
