# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The functions that are found by the BPF iterator over symbols are the same as by /proc/kallsyms and
# ftrace's list, which --output-caller needs. They are the same also while somebody else traces them.
# kernels: 5.10 6.12 7.2
attached() { # ARGS...
    start_pwru --filter-func '(__)?(ip6?|br|nf|nft|tcp|skb|nla|__bpf_trace|perf_trace_net)_.*' "$@" 'udp dst port 9'
    stop_pwru
    sed -nE 's/^Attached to ([0-9]+ functions) in .* s; /\1; /p' "$err"
}
attached --output-caller | grep '^[1-9]' >"$work/kallsyms"
attached | grep '^[1-9]' >"$work/iterator"
diff "$work/kallsyms" "$work/iterator"

"$PWRU" --filter-func 'ip_(output|rcv)|nf_hook_slow' --ready-file "$work/other.ready" 'tcp port 9' >"$work/other" 2>&1 &
other=$!
wait_for "the other tracer to be ready" test -e "$work/other.ready"
attached | grep '^[1-9]' >"$work/beside"
kill -INT "$other"
wait "$other"
diff "$work/kallsyms" "$work/beside"

# Where kallsyms hides the addresses, the iterator hides them too.
before=$(cat /proc/sys/kernel/kptr_restrict)
echo 2 >/proc/sys/kernel/kptr_restrict
status=0
timeout 60 "$PWRU" icmp >"$out" 2>"$err" </dev/null || status=$?
echo "$before" >/proc/sys/kernel/kptr_restrict
[ "$status" -eq 3 ] || fail "pwru exited $status, expected 3"
expect_one_sentence
expect_stderr 'kptr_restrict'
