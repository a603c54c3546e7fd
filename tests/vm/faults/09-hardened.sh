# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# pwru works with the settings of a hardened machine.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
# net.core.bpf_jit_harden exists only in the initial network namespace.
of_the_machine() { nsenter -t 1 -n sysctl "$@"; }
set_all() { of_the_machine -qw kernel.kptr_restrict="$1" kernel.perf_event_paranoid="$2" net.core.bpf_jit_harden="$3"; }
mapfile -t old < <(of_the_machine -n kernel.kptr_restrict kernel.perf_event_paranoid net.core.bpf_jit_harden)
trap 'set_all "${old[@]}"' EXIT
set_all 2 3 2
run_pwru 3 --filter-func icmp_rcv "$echo_filter"
expect_stderr 'kptr_restrict'
expect_one_sentence
set_all 1 3 2
trace_echoes
echoes 100
stop_pwru
expect_truth 100
expect_quiet_kernel
