# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Hits of functions that the tracer itself calls are missed. They are reported while it runs, by
# program, and add up to the number in the summary.
hits='hits missed in the last [0-9.]+ s, because another probe was running on their CPU: pwru_trace_stack [0-9]+'
start_pwru --backend kprobe --filter-non-skb-funcs copy_from_kernel_nofault --filter-func 'ip_output|ip_finish_output2' \
    --output-json 'udp dst port 9'
send_and_look() { send_udp 1.0.0.1 9 && grep -qE "$hits" "$err"; }
wait_for 'a warning while it runs' send_and_look
stop_pwru
expect_valid_json "$out"
jq -s -e '(map(select(.type == "missed").count) | add) as $told
    | $told > 0 and .[-1].type == "summary" and .[-1].missed_probes + .[-1].recursion_misses == $told' "$out" >/dev/null
jq -s -e 'map(select(.type == "missed"))[0] | .program == "pwru_trace_stack" and .since_ns < .until_ns' "$out" >/dev/null
expect_stderr '^warning: hits missed in all, because another probe was running on their CPU: .*pwru_trace_stack [0-9]+'
