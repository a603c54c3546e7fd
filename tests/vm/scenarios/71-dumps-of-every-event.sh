# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Each event has its stack and its dumps: also the thousandth event, and also an event with the same
# stack as another.
# cilium's bug: dumps stop for good once 256 of them were not fetched.
# cilium's bug: the second event with the same call stack prints none.
# cilium's bug: a dump is cut at 4 KiB.
packets=600
start_pwru --filter-func icmp_rcv --output-stack --output-skb --output-skb-shared-info --output-buffer-size 32M icmp
ping -q -n -f -c $((packets / 2)) 127.0.0.1 >/dev/null
stop_pwru
expect_stderr '^600 events printed, 0 lost, .* 0 failed stacks'
for text in '^icmp_rcv' '^\(struct sk_buff\)' '^\(struct skb_shared_info\)'; do
    [ "$(count_lines "$text")" -eq "$packets" ] || fail "$(count_lines "$text") of $packets times: $text"
done
