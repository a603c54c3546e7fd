# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# In a cgroup with little memory pwru traces, or says in one sentence that it got no memory.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
group=/sys/fs/cgroup/little
has_memory_controller() {
    mkdir -p "$group" && echo +memory >/sys/fs/cgroup/cgroup.subtree_control && [ -e "$group/memory.max" ]
}
has_memory_controller || skip "no memory controller of cgroup 2"
trap 'rmdir "$group"' EXIT
echo 96M >"$group/memory.max"
bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' _ "$group" "$PWRU" --filter-func icmp_rcv \
    --output-buffer-size 4M --ready-file "$ready" "$echo_filter" >"$out" 2>"$err" </dev/null &
pwru_pid=$!
wait_for "pwru to be ready" is_ready_or_gone
if [ -e "$ready" ]; then
    echoes 100
    stop_pwru
    expect_truth 100
else
    wait "$pwru_pid" && fail "exit 0 without a trace"
    pwru_pid=
    expect_one_sentence
fi
expect_quiet_kernel
