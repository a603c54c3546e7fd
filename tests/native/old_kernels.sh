# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Without what kernels before 5.8 lack: the doctor says what is used instead; an event is printed
# while the tracer runs, a flood adds up, and the end comes at once.
# shellcheck disable=SC2016  # it is jq's variable
jq_used='any(.used[]; contains($used))'
"$PWRU" doctor --backend tracepoint --json >"$out" 2>"$err" || fail "the doctor says no: $(tail -n 3 "$err")"
jq -e --arg used 'a BPF ring buffer to wake up' "$jq_used" "$out" >/dev/null || fail "$(jq .used "$out")"

way() { # FEATURES STATE-OF-ARRAYS USED
    "$PWRU" doctor --backend tracepoint "--pretend-without=$1" --json >"$out" 2>"$err" || fail "the doctor says no: $(tail -n 3 "$err")"
    jq -e --arg arrays "$2" --arg used "$3" ".can_trace and $jq_used"' and any(.used[]; test("a packet was seen"))
        and any(.checks[]; .id == "ring buffer" and .state == "absent")
        and any(.checks[]; .id == "mmapable arrays" and .state == $arrays)' "$out" >/dev/null || fail "$(jq .used "$out")"

    start_pwru --backend tracepoint "--pretend-without=$1" --output-buffer-size 64K --filter-track-skb icmp
    ping -q -c 1 127.0.0.1 >/dev/null
    wait_for "events to be printed" grep -q 'tp:consume_skb' "$out"
    kill -STOP "$pwru_pid"
    ping -q -n -f -c 3000 127.0.0.1 >/dev/null
    kill -CONT "$pwru_pid"
    stop_pwru
    expect_stderr '[1-9][0-9]* events lost on CPU [0-9]+'
    summary=$(grep 'events printed' "$err")
    lost=$(sed -E 's/.*[^0-9]([0-9]+) lost.*/\1/' <<<"$summary")
    expect_number "$(sed -nE 's/.*[^0-9]([0-9]+) events lost on CPU.*/\1/p' "$err" | awk '{ n += $1 } END { print n }')" -eq "$lost"
    expect_number "$(sed -E 's/^([0-9]+) events printed.*/\1/' <<<"$summary")" -eq "$(events | wc -l)"
}
way ringbuf ok 'looked at again and again'
way ringbuf,mmap,probe_read_kernel,fexit,global_functions,cast absent 'perf buffers'
