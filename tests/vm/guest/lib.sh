# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The functions that scenarios are written with. A scenario runs in a shell, a network namespace (lo,
# dummy0 with default routes) and a mount namespace of its own. It passes if no line fails. It never
# sleeps for a fixed time: it waits for a fact, with a limit that only a hung program reaches.
set -eE -o pipefail

PWRU=${PWRU:-/usr/bin/pwru}
# VM_PWRU_ARGS: options that each pwru gets besides those of the scenario.
if [ -n "${VM_PWRU_ARGS:-}" ]; then
    # shellcheck disable=SC2016  # for the other shell
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$PWRU" "$VM_PWRU_ARGS" >/run/pwru
    chmod +x /run/pwru
    PWRU=/run/pwru
fi
json_schema=${JSON_SCHEMA:-/vm/event.schema.json} schema_jq=${SCHEMA_JQ:-/vm/schema.jq}
work=/run/work
out=$work/out err=$work/err ready=$work/ready twin=$work/twin
pwru_pid=
twin_pid=

fail() {
    trap - DEBUG ERR
    { echo "--- pwru's stdout" && tail -n 60 "$out" && echo "--- pwru's stderr" && tail -n 20 "$err"; } 2>/dev/null
    echo "FAILED: $*"
    exit 1
}

# skip REASON: ends the scenario, because the thing that was looked for is not there.
skip() {
    trap - DEBUG ERR
    echo "$*" >/run/skipped
    exit 77
}

# needs_fexit: ends a scenario about what VM_PWRU_ARGS may leave out.
needs_fexit() { [[ ! ${VM_PWRU_ARGS:-} =~ mmap|fexit ]] || skip "VM_PWRU_ARGS leaves fexit out"; }

# wait_for WHAT COMMAND...: waits until the command succeeds. Fails after five minutes, which only a
# hung program takes, also on a busy machine.
wait_for() {
    local what=$1 end=$((SECONDS + 300))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "waited five minutes for $what"
        sleep 0.05
    done
}

# launch_pwru ARGS...: starts pwru and does not wait for it.
launch_pwru() {
    rm -f "$ready"
    echo "\$ pwru $*"
    "$PWRU" --ready-file "$ready" "$@" >"$out" 2>"$err" </dev/null &
    pwru_pid=$!
}

is_ready_or_gone() { [ -e "$ready" ] || ! kill -0 "$pwru_pid"; }

# With JSON_TWIN each pwru that a scenario starts has a second one beside it, which traces the same and
# writes JSON to $twin. At the end of the scenario all JSON is validated. The options that are about
# text only (--summary N, --output-layout NAME) are left out, as --output-json refuses them.
launch_twin() {
    local args=()
    while [ $# -gt 0 ]; do
        case $1 in
            --summary | --output-layout) shift ;;
            *) args+=("$1") ;;
        esac
        shift
    done
    rm -f "$twin" "$twin.ready"
    "$PWRU" "${args[@]}" --output-json --output-file "$twin" --ready-file "$twin.ready" >"$twin.err" 2>&1 </dev/null &
    twin_pid=$!
}
# Two tracers that both probe the functions of maps, and both use maps, make each other miss hits.
may_have_twin() { [ -n "${JSON_TWIN:-}" ] && [[ ! " $* " =~ ' '--output-(bpfmap|json)' ' ]]; }
twin_is_ready_or_gone() { [ -e "$twin.ready" ] || ! kill -0 "$twin_pid"; }

# start_pwru ARGS...: starts pwru and waits until it listens.
start_pwru() {
    ! may_have_twin "$@" || launch_twin "$@"
    launch_pwru "$@"
    wait_for "pwru to be ready" is_ready_or_gone
    [ -e "$ready" ] || fail "pwru left before it was ready: $(tail -n 3 "$err")"
    [ -z "$twin_pid" ] || wait_for "the twin to be ready" twin_is_ready_or_gone
}

# expect_valid_json FILE: every line is an object that the schema allows.
expect_valid_json() {
    local violations
    violations=$(jq -n -r --slurpfile schema "$json_schema" -f "$schema_jq" "$1" 2>&1 | head -n 20)
    [ -z "$violations" ] || fail "$violations"
}

# end_twin STATUS: when pwru has ended with success, its twin must do so too.
end_twin() {
    local pid=$twin_pid status=0
    twin_pid=
    [ "$1" -eq 0 ] || { kill -KILL "$pid" 2>/dev/null || true; return 0; }
    kill -INT "$pid" 2>/dev/null || true
    wait "$pid" || status=$?
    ! grep 'filter of system calls has refused' "$twin.err" || fail "the twin was refused a system call"
    [ "$status" -eq 0 ] || fail "the twin exited $status: $(tail -n 3 "$twin.err")"
    tail -n 1 "$twin" | grep -q '"type":"summary"' || fail "the twin's last line is no summary"
    cat "$twin" >>"$twin.all"
}

is_gone() { ! kill -0 "$pwru_pid"; }

# expect_exit CODE: pwru ends by itself, with that status.
expect_exit() {
    local status=0
    wait_for "pwru to exit" is_gone
    wait "$pwru_pid" || status=$?
    [ -z "$twin_pid" ] || end_twin "$1"
    pwru_pid=
    expect_no_stderr 'filter of system calls has refused'
    [ "$status" -eq "$1" ] || fail "pwru exited $status, expected $1: $(tail -n 3 "$err")"
}

# stop_pwru: sends SIGINT. pwru prints what was buffered, and its exit status is 0.
stop_pwru() {
    kill -INT "$pwru_pid" || fail "pwru was gone before it was stopped: $(tail -n 3 "$err")"
    expect_exit 0
    expect_stderr 'events printed'
}

# run_pwru CODE ARGS...: pwru runs to its end with that status.
run_pwru() {
    launch_pwru "${@:2}"
    expect_exit "$1"
}

expect_line() { grep -qE -- "$1" "$out" || fail "no line matches: $1"; }
expect_no_line() { ! grep -qE -- "$1" "$out" || fail "a line matches: $1"; }
expect_stderr() { grep -qE -- "$1" "$err" || fail "nothing on stderr matches: $1"; }
expect_no_stderr() { ! grep -qE -- "$1" "$err" || fail "a line on stderr matches: $1"; }

count_lines() { grep -cE -- "$1" "$out" || true; }

# expect_number GOT OPERATOR WANTED: compares as test(1) does.
expect_number() { test "$1" "$2" "$3" || fail "got $1, expected $2 $3"; }
# What a command printed, where nothing is to be left.
expect_empty() { [ -z "$1" ] || fail "not taken away: $1"; }

# Prints the lines that report an event: they begin with the skb's address, or with the time and then
# the address.
events() { grep -E '^([0-9T:.+-]+ )?0x[0-9a-f]+ ' "$out" || true; }

expect_events() { [ -n "$(events)" ] || fail "no event was printed"; }

# expect_every REGEX: all events match, and there is at least one.
expect_every() {
    expect_events
    ! events | grep -vE -- "$1" || fail "the events above do not match: $1"
}

# expect_order REGEX...: lines match in this order; other lines may stand between them.
expect_order() {
    local regex at=0 next
    for regex; do
        next=$(awk "NR > $at" "$out" | grep -nE -m 1 -- "$regex" | cut -d : -f 1 || true)
        [ -n "$next" ] || fail "no line after line $at matches: $regex"
        at=$((at + next))
    done
}

# expect_one_sentence: the error is a single line without a dump. An expression with a fault may follow,
# indented.
expect_one_sentence() {
    local lines
    lines=$(grep -c '^[^ ]' "$err" || true)
    [[ $lines = [12] ]] || fail "the error has $lines lines: $(cat "$err")"
    expect_no_stderr 'processed [0-9]+ insns|terminate called|BTF:|libbpf:'
}

kernel_at_least() { [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]; }

# has_symbol NAME: whether the kernel has this symbol. /proc/kallsyms is read once in a guest, because
# printing it takes a second or two.
has_symbol() {
    local count=/run/symbol-$1
    [ -e "$count" ] || grep -cE " $1(\$|[[:space:]])" /proc/kallsyms >"$count" || true
    [ "$(<"$count")" -gt 0 ]
}
has_kprobe_multi() { has_symbol bpf_kprobe_multi_link_attach && has_symbol register_fprobe_ips; }

# The function that drops a packet in netfilter, as pwru prints it on this kernel: with the reason or,
# before 5.17, with its caller.
netfilter_drop() {
    if has_symbol sk_skb_reason_drop; then
        echo 'sk_skb_reason_drop\(SKB_DROP_REASON_NETFILTER_DROP\)'
    elif has_symbol kfree_skb_reason; then
        echo 'kfree_skb_reason\(SKB_DROP_REASON_NETFILTER_DROP\)'
    else
        echo 'kfree_skb\(nf_hook_slow\+0x[0-9a-f]+\)'
    fi
}

netns_inode() { stat -L -c %i "${1:-/proc/self/ns/net}"; }

# namespace NAME: makes a named network namespace with lo up.
namespace() {
    ip netns add "$1"
    ip -n "$1" link set lo up
}

# cable NS1 DEV1 ADDR1 NS2 DEV2 ADDR2: connects two named namespaces by a veth pair ("" is this
# namespace).
cable() {
    local ns1=${1:+-n $1} ns2=${4:+-n $4}
    ip link add "$2" type veth peer name "$5"
    [ -z "$1" ] || ip link set "$2" netns "$1"
    [ -z "$4" ] || ip link set "$5" netns "$4"
    # shellcheck disable=SC2086  # empty or two words
    {
        ip $ns1 addr add "$3" dev "$2" && ip $ns1 link set "$2" up
        ip $ns2 addr add "$6" dev "$5" && ip $ns2 link set "$5" up
    }
}

# serve PORT: starts an HTTP server that answers every request with "hello".
serve() {
    socat "TCP4-LISTEN:$1,fork,reuseaddr" 'SYSTEM:read _; printf "HTTP/1.0 200 OK\r\n\r\nhello"' &
    wait_for "the server on port $1" grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp
}

# send_udp HOST PORT [TEXT]: sends one datagram. An IPv6 address stands in brackets.
send_udp() { printf '%s' "${3:-x}" | socat -u -b 8192 STDIN "UDP:$1:$2"; }
# try_tcp HOST PORT: sends a request to a host that answers, perhaps only with a reset.
try_tcp() { curl -s -o /dev/null --max-time 60 "http://$1:$2/" || true; }

# open_tcp HOST PORT: sends a request that nobody answers, and gives up once pwru has printed its SYN.
open_tcp() {
    local client
    curl -s -o /dev/null "http://$1:$2/" &
    client=$!
    wait_for "pwru to print the SYN" grep -q -- "->.*:$2(tcp" "$out"
    kill "$client"
    wait "$client" || true
}
