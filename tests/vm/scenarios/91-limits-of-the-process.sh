# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The process lacks something that it needs, or the machine lacks it: a sentence says what to do.
limited() { # LIMIT EXIT STDERR-PATTERN ARGS...
    local status=0
    bash -c "ulimit $1 && exec \"\$@\"" _ timeout 120 "$PWRU" --filter-func ip_rcv "${@:4}" \
        >"$out" 2>"$err" </dev/null || status=$?
    [[ $status =~ ^$2$ ]] || fail "exit $status: $(cat "$err")"
    expect_stderr "$3"
    expect_no_stderr 'terminate called|libbpf:'
}
limited '-n 8' 1 'Too many open files; raise the limit \(ulimit -n\)$'
limited '-n 60' 3 'Cannot allocate memory; a smaller --output-buffer-size needs less$' --output-buffer-size 1000G
limited '-n 28' 1 '^pwru: load the tracer [^(]*: Too many open files; raise the limit \(ulimit -n\)$' --filter-track-skb
limited '-f 1' 1 '^pwru: write memory for [a-z_]*: File too large; raise the limit \(ulimit -f\)$'
# libbpf says of the types of the kernel, which it has no memory for, that they are not there.
limited '-v 14000' '[13]' 'raise the limit \(ulimit -v\)'
expect_one_sentence
# A million paths take 18 GB.
if [ "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" -lt 4000000 ]; then
    limited '-n 4096' 3 'Cannot allocate memory; a smaller --on-packets needs less$' \
        --filter-func @drops --on drop --on-packets 1048576
fi

# These capabilities are enough for BPF, and not for tracefs.
capabilities=+bpf,+perfmon,+syslog
unprivileged() { # ARGS...
    local status=0
    setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps $capabilities --ambient-caps $capabilities \
        timeout 120 "$PWRU" --backend kprobe --filter-func ip_rcv "$@" >"$out" 2>"$err" || status=$?
    [ "$status" -eq 3 ] || fail "exit $status: $(cat "$err")"
    expect_stderr 'kprobe.*: .*kernel.perf_event_paranoid is 3, .*CAP_SYS_ADMIN'
}
unprivileged
# With --output-caller all symbols are read, and tracefs says which functions can be probed.
unprivileged --output-caller
! has_kprobe_multi || expect_stderr 'open available_filter_functions in tracefs, .*: Permission denied'
