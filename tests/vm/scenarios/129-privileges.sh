# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Checks the table of SECURITY.md: the smallest set of capabilities for a feature is enough. When one is
# missing, or a setting is in the way, the message names it.
# kernels: 5.10 7.2
paranoid=$(</proc/sys/kernel/perf_event_paranoid) kptr=$(</proc/sys/kernel/kptr_restrict)
trap 'echo "$paranoid" >/proc/sys/kernel/perf_event_paranoid; echo "$kptr" >/proc/sys/kernel/kptr_restrict' EXIT
restrict() { echo "$2" >"/proc/sys/kernel/$1"; }

# with CAPABILITIES COMMAND...: every pwru that the command starts has only these ("+bpf,+syslog").
with() {
    local set=$1
    shift
    printf '#!/bin/bash\nexec setpriv --bounding-set=-all,%s --inh-caps=-all,%s %s /usr/bin/pwru "$@"\n' \
        "$set" "$set" "${as_user:+$as_user --ambient-caps=-all,$set}" >"$work/with"
    chmod 755 "$work/with"
    PWRU=$work/with "$@"
}

few=(--filter-func 'ip_output|dev_hard_start_xmit')
traces() { # ARGS...
    start_pwru "${few[@]}" "$@" 'udp dst port 9'
    send_udp 1.0.0.1 9
    stop_pwru
    expect_line ' ip_output'
}
# lacks PATTERN ARGS...: pwru refuses in one sentence that matches the pattern.
lacks() {
    run_pwru 3 "${few[@]}" "${@:2}" icmp
    expect_stderr "$1"
}
lacks_only() { # CAPABILITY ARGS...
    lacks "this process lacks $1 \\(" "${@:2}"
    expect_number "$(grep -o 'CAP_[A-Z_]* (' "$err" | sort -u | wc -l)" -eq 1
}

plain=+bpf,+perfmon,+syslog
kernel_at_least 5.11 || plain=$plain,+sys_resource
restrict perf_event_paranoid 2

# An ordinary trace, with every output that needs addresses, and with tracking.
with "$plain" traces --filter-track-skb --output-caller --output-stack
with "$plain" traces --backend kprobe
if has_kprobe_multi; then
    as_user='--reuid 65534 --regid 65534 --clear-groups' with "$plain" traces
fi

# One capability is missing.
with "${plain/+bpf,/}" lacks_only CAP_BPF
with "${plain/+perfmon,/}" lacks_only CAP_PERFMON
with "${plain/+syslog/-syslog}" lacks_only CAP_SYSLOG
if ! kernel_at_least 5.11; then
    (ulimit -l 64 && with "${plain/,+sys_resource/}" lacks_only CAP_SYS_RESOURCE)
fi
with -bpf lacks 'lacks CAP_BPF \(.*, CAP_PERFMON \(.* CAP_SYSLOG \('

# A setting is in the way.
restrict kptr_restrict 2
lacks 'kernel.kptr_restrict is 2'
expect_no_stderr 'lacks'
restrict kptr_restrict 1
with "$plain" lacks 'CAP_SYS_ADMIN \(--filter-trace-tc: ' --filter-trace-tc
with "$plain" lacks 'CAP_SYS_ADMIN \(--filter-track-bpf-helpers: ' --filter-track-bpf-helpers
restrict perf_event_paranoid 3
with "$plain" lacks 'kernel.perf_event_paranoid is 3, .*CAP_SYS_ADMIN' --backend kprobe

# Features that look at namespaces.
namespace blue
other=(--filter-netns /run/netns/blue --filter-ifname lo)
with "$plain" lacks 'CAP_SYS_ADMIN \(--filter-ifname ' "${other[@]}"

# All programs of the machine, and an interface of another namespace.
with "$plain,+sys_admin" start_pwru "${few[@]}" --filter-trace-tc "${other[@]}" icmp
stop_pwru

# Names of namespaces: naming those of other processes takes more.
with "$plain,+sys_admin" start_pwru "${few[@]}" --output-netns-names 'udp dst port 9'
stop_pwru
expect_stderr 'without CAP_SYS_PTRACE'
