# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# `pwru doctor` finds out what the kernel has, and says whether a trace works. --list-funcs says what
# would be probed. Neither leaves anything behind.
# kernels: 5.10 7.2
tracefs=$work/tracefs
mkdir -p "$tracefs"
mount -t tracefs tracefs "$tracefs"
what_stays() { bpftool -j prog list | jq -c 'map(select(.name | startswith("pwru")))' && cat "$tracefs/kprobe_events"; }
before=$(what_stays)
restrict=$(</proc/sys/kernel/kptr_restrict)
trap 'echo "$restrict" >/proc/sys/kernel/kptr_restrict; umount "$tracefs"' EXIT

state_of() { jq -r --arg id "$1" '.checks[] | select(.id == $id).state' "$out"; }
expect_state() { # ID STATE
    [ "$(state_of "$1")" = "$2" ] || fail "$1 is $(state_of "$1"), expected $2: $(jq -c . "$out")"
}
status=0
"$PWRU" --json-schema | cmp - /vm/event.schema.json
"$PWRU" doctor --json >"$out" 2>"$err" || status=$?
[ "$status" -eq 0 ] || fail "pwru doctor exited $status"
expect_valid_json "$out"
[ "$(jq .can_trace "$out")" = true ]
jq -e '.used[] | select(test("^tried: .* was seen there$"))' "$out" >/dev/null || fail "no packet was seen"
jq -e '.used[] | select(test("a BPF ring buffer to wake up"))' "$out" >/dev/null || fail "there is no doorbell"
for id in BTF 'kprobe (tracefs)' 'kprobe (perf)' fentry fexit 'raw tracepoints' tp_btf CAP_BPF CAP_SYS_ADMIN; do
    expect_state "$id" ok
done
expect_feature() { # ID COMMAND...: as the kernel's symbols say
    if "${@:2}"; then expect_state "$1" ok; else expect_state "$1" absent; fi
}
expect_feature kprobe-multi has_kprobe_multi
expect_feature 'plain loads (cast)' has_symbol bpf_rdonly_cast
if kernel_at_least 7.2; then expect_state fentry-multi ok; else expect_state fentry-multi absent; fi

# Hooks of others, whose names may be anything, are counted.
echo 'p:stranger/odd ip_output' >>"$tracefs/kprobe_events"
# A setting that is in the way is named with the command that changes it.
echo 2 >/proc/sys/kernel/kptr_restrict
status=0
"$PWRU" doctor >"$out" 2>"$err" || status=$?
echo '-:stranger/odd' >>"$tracefs/kprobe_events"
echo "$restrict" >/proc/sys/kernel/kptr_restrict
[ "$status" -eq 1 ] || fail "pwru doctor exited $status"
expect_line '^pwru cannot trace here: .*kernel.kptr_restrict is 2'
expect_line '^  sysctl kernel.kptr_restrict=1'
expect_line '^  ok +kprobe events +1: stranger/odd$'

# What would be probed.
"$PWRU" --list-funcs 'ip_rcv|ip_output|ip_finish_output2?' >"$out" 2>"$err"
expect_line '^ip_rcv +- +1 +(fentry|kprobe)'
expect_line '^ip_output +- +3 +(fentry|kprobe)'
expect_stderr 'functions would be probed by'
expect_no_line '^tcp_v4_rcv '
"$PWRU" --list-funcs --json >"$out" 2>"$err"
# To look at more than a thousand takes minutes.
{ grep -m 20 '"type":"probe"' "$out" && grep -m 20 '"type":"left-out"' "$out"; } >"$work/some"
expect_valid_json "$work/some"
listed=$(grep -c '"type":"probe"' "$out")
expect_number "$listed" -gt 1000
expect_number "$(grep -c '"type":"left-out"' "$out")" -gt 5
expect_stderr "^$listed functions would be probed"
"$PWRU" --man | grep -q 'EXIT STATUS'

[ "$(what_stays)" = "$before" ] || fail "left behind: $(what_stays)"
