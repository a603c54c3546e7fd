# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034  # the scripts that read this one use start_us, stop_us, hit_ns
# Functions that the measurements in a guest share.
export TMPDIR=/run
out=/run/out ready=/run/ready err=/run/err
mkfifo /run/never
exec 8<>/run/never # nobody writes to it, so a read with a timeout pauses without a process
pause() { read -rt "$1" -u 8 || true; }
now_us() { echo "${EPOCHREALTIME/./}"; }

# wall_us COMMAND...: prints how long the command takes, in microseconds.
wall_us() {
    local begin
    begin=$(now_us)
    "$@"
    echo $(($(now_us) - begin))
}

# start_tracer FILE COMMAND...: starts a tracer and waits until it listens; its lines go to FILE. Sets
# pid and start_us.
start_tracer() {
    local begin file=$1
    shift
    rm -f "$ready" "$out"
    begin=$(now_us)
    "$1" --ready-file "$ready" "${@:2}" >"$file" 2>"$err" &
    pid=$!
    until [ -e "$ready" ]; do
        kill -0 "$pid" 2>/dev/null || { tail -n 5 "$err"; exit 1; }
        pause 0.01
    done
    start_us=$(($(now_us) - begin))
}

# Stops the tracer. Sets stop_us.
stop_tracer() {
    local begin
    begin=$(now_us)
    kill -INT "$pid"
    wait "$pid" || true
    stop_us=$(($(now_us) - begin))
}

# counted WHAT: prints the number before these words on the last line of pwru's stderr that has them.
counted() { sed -nE "s/(^|.*[^0-9])([0-9]+) $1.*/\2/p" "$err" | tail -n 1; }

# Prints run_time_ns and run_cnt of all BPF programs since they were loaded.
program_runs() { bpftool -j prog show | jq -r '[.[] | select(.run_cnt)] | "\(map(.run_time_ns) | add // 0) \(map(.run_cnt) | add // 0)"'; }

# time_hits COMMAND...: sets hits, the number of runs of BPF programs meanwhile, and hit_ns, the mean
# time of one; 0 when there was none.
time_hits() {
    local before after
    sysctl -qw kernel.bpf_stats_enabled=1
    before=$(program_runs)
    "$@"
    after=$(program_runs)
    sysctl -qw kernel.bpf_stats_enabled=0
    read -r -a before <<<"$before"
    read -r -a after <<<"$after"
    hits=$((after[1] - before[1]))
    hit_ns=$((hits ? (after[0] - before[0]) / hits : 0))
}

# least_us COMMAND...: the least of five times, because disturbances only add to one.
least_us() {
    for _ in 1 2 3 4 5; do wall_us "$@"; done | sort -n | head -n 1
}

# The same while the tracer is stopped, so that it takes no time itself.
least_us_beside_stopped() {
    kill -STOP "$pid"
    least_us "$@"
    kill -CONT "$pid"
}
