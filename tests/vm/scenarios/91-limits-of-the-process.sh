# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# What a process may not have, or the machine has not: a sentence that says what to do.
limited() { # LIMIT EXIT STDERR-PATTERN ARGS...
    local status=0
    bash -c "ulimit $1 && exec \"\$@\"" _ timeout 120 "$PWRU" --filter-func ip_rcv "${@:4}" \
        >"$out" 2>"$err" </dev/null || status=$?
    [ "$status" -eq "$2" ] || fail "exit $status: $(cat "$err")"
    expect_stderr "$3"
    expect_no_stderr 'terminate called|libbpf:'
}
limited '-n 8' 1 'Too many open files; raise the limit \(ulimit -n\)$'
limited '-n 60' 3 'Cannot allocate memory; a smaller --output-buffer-size needs less$' --output-buffer-size 1000G
limited '-f 1' 1 'File too large$'

# Capabilities that are enough for BPF, but not for tracefs.
capabilities=+bpf,+perfmon,+syslog
unprivileged() { # ARGS...
    local status=0
    setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps $capabilities --ambient-caps $capabilities \
        timeout 120 "$PWRU" --backend kprobe --filter-func ip_rcv "$@" >"$out" 2>"$err" || status=$?
    [ "$status" -eq 3 ] || fail "exit $status: $(cat "$err")"
    expect_stderr 'kprobe.*: .*kernel.perf_event_paranoid is 3, .*CAP_SYS_ADMIN'
}
unprivileged
# With callers to name, all symbols are read, and what can be probed comes from tracefs.
unprivileged --output-caller
! has_kprobe_multi || expect_stderr 'open available_filter_functions in tracefs, .*: Permission denied'
