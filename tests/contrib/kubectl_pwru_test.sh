#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# contrib/kubectl-pwru with a stub of kubectl: the pod that it makes, and that none stays behind.
set -eEuo pipefail
cd "$(dirname "$(readlink -f "$0")")"
plugin=$PWD/../../contrib/kubectl-pwru
export STUB KUBECTL=$PWD/kubectl PWRU_IMAGE=pwru:1 KUBECTL_PWRU_POLL=0.1
STUB=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL -- "-$pid" 2>/dev/null || true; rm -rf "$STUB"' EXIT
set -m # a job gets SIGINT as from a terminal: its whole process group, and not ignored

fail() {
    echo "FAILED: $*"
    head -n 50 "$STUB"/* 2>/dev/null
    exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
# given [FILE=TEXT...]: a new cluster that behaves so.
given() {
    local what
    rm -rf "${STUB:?}"/*
    for what; do printf '%s\n' "${what#*=}" >"$STUB/${what%%=*}"; done
}
# expect STATUS ARGS...: the plugin runs to its end with that status.
expect() {
    local status=0
    timeout 60 "$plugin" "${@:2}" >"$STUB/out" 2>"$STUB/err" </dev/null || status=$?
    [ "$status" -eq "$1" ] || fail "status $status, expected $1: ${*:2}"
}
has() { grep -qF -- "$2" "$STUB/$1" || fail "$1 lacks: $2"; }
has_no() { ! grep -qF -- "$2" "$STUB/$1" || fail "$1 has: $2"; }
calls() { grep -c -- "$1" "$STUB/calls" || true; }
is_deleted() { [ -e "$STUB/deleted" ] || fail "a pod stays behind"; }
wait_for() {
    local end=$((SECONDS + 50))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "waited for: $*"
        sleep 0.05
    done
}

# pwru ends by itself: its output, its status, and no pod is left.
given code=3
expect 3 node/worker-1 tcp port 80 -- --output-tcp-flags --filter-func 'a"\b'
has out "an event"
has out "1 events printed"
has pod 'nodeName: "worker-1"'
has pod 'args: ["--output-tcp-flags", "--filter-func", "a\"\\b", "tcp port 80"]'
has pod 'activeDeadlineSeconds: 3600'
has_no pod hostPID
is_deleted
name=$(sed -n 's/^  name: //p' "$STUB/pod")
has calls "delete pod $name --namespace=kube-system --ignore-not-found"

# Ctrl-C, to all processes of the terminal: the summary still arrives, and the pod is deleted once.
# SIGTERM and SIGHUP do the same.
for signal in INT TERM HUP; do
    given
    "$plugin" --context far node/a >"$STUB/out" 2>"$STUB/err" &
    pid=$!
    wait_for grep -q "an event" "$STUB/out"
    if [ $signal = INT ]; then kill -INT -- -$pid; else kill -$signal $pid; fi
    wait $pid || fail "status $? after SIG$signal"
    has out "1 events printed"
    [ "$(calls 'context=far delete pod')" -eq 1 ] || fail "deleted $(calls delete) times"
done

# Ctrl-C while the pod does not start.
given waiting=ErrImagePull
"$plugin" node/a >"$STUB/out" 2>"$STUB/err" &
pid=$!
wait_for grep -q "waits: ErrImagePull" "$STUB/err"
kill -INT -- -$pid
wait $pid || fail "status $? after SIGINT"
is_deleted
[ "$(calls logs)" -eq 0 ] || fail "logs of a pod that never ran"

# It does not start in time.
given waiting=$'Image\ePullBackOff'
expect 1 --wait 1 node/a
has err "did not start within 1 s: Image?PullBackOff"
is_deleted

# The reader goes away, as in `kubectl pwru ... | head`.
given chatty=
{ "$plugin" node/a 2>"$STUB/err" || true; } | head -n 1 >"$STUB/out"
is_deleted

# The connection breaks; then also for deleting. The cluster ends the pod.
given broken=
expect 1 node/a
has err "broke off"
is_deleted
given broken= no-delete=
expect 1 --duration 60 node/a
has err "it ends itself after 60 s at the latest"
has pod 'activeDeadlineSeconds: 60'

# The cluster refuses the pod.
given no-create=
expect 1 node/a
has err "Forbidden"
[ "$(calls logs)" -eq 0 ] || fail "logs of a pod that was refused"

# The packets of a pod, by its addresses or its namespace.
given code=0 'target=worker-2;10.0.0.7 fd00::7;'
expect 0 -n shop pod/web-0 tcp or udp
has calls "get pod web-0 --namespace=shop"
has pod 'nodeName: "worker-2"'
has pod 'args: ["(tcp or udp) and (host 10.0.0.7 or host fd00::7)"]'
expect 0 pod/web-0 -- --filter-track-skb
has pod 'args: ["--filter-track-skb", "(host 10.0.0.7 or host fd00::7)"]'
given code=0 'target=worker-2;10.0.0.7;' 'netns=net:[4026532128]'
expect 0 --netns pod/web-0 icmp
has pod 'args: ["--filter-netns=inode:4026532128", "icmp"]'
given 'target=worker-2;10.0.0.7;'
expect 2 --netns pod/web-0 icmp
has err "cannot run readlink in pod/web-0"
given code=0 'target=worker-2;192.0.2.2;true'
expect 0 pod/proxy
has err "has the network of its node"
given
expect 2 pod/none
has err "cannot find pod/none"
given 'target=;;'
expect 2 pod/new
has err "not on a node yet"

# More rights.
given code=0
expect 0 --add-cap CAP_SYS_RESOURCE --host node/a icmp -- --filter-ifname eth0
has pod 'add: ["BPF", "PERFMON", "SYSLOG", "SYS_RESOURCE", "SYS_PTRACE", "SYS_ADMIN"]'
has pod 'hostPID: true'
has_no pod allowPrivilegeEscalation

# Bad usage, in a sentence, before anything is started.
given
expect 2
expect 2 worker-1
expect 2 pod/--kubeconfig=x
has err "begins with a dash"
expect 2 node/a --filter-func x
has err "after --"
expect 2 --filter-func x node/a
expect 2 --duration 1h node/a
has err "no number of seconds"
expect 2 --add-cap 'X", "Y' node/a
expect 2 --netns node/a
expect 2 --image
expect 2 node/a $'a\nb'
has err "control character"
PWRU_IMAGE='' expect 2 node/a
has err "which image?"
[ ! -e "$STUB/calls" ] || fail "kubectl was called"
expect 0 --help

# What was left behind is deleted, if it has ended.
expect 0 --clean
[ "$(calls 'delete pods .*status.phase=\(Succeeded\|Failed\)')" -eq 2 ] || fail "what ended was not deleted"

# The manifest that people read is the one that the plugin makes.
"$plugin" --print --image pwru:latest --duration 600 node/worker-1 'host 192.0.2.1 and tcp port 443' -- --output-tcp-flags |
    diff - <(grep -v '^#' ../../contrib/pod.yaml) || fail "contrib/pod.yaml is not what kubectl pwru --print prints"
