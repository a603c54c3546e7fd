# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work, JSON_TWIN: lib.sh
# Packets are sent on one CPU and received on another. Their events are printed in the order of time.
JSON_TWIN= # a second tracer of a flood would only take twice as long
# A sysfs shows the devices of the namespace that it was mounted in.
mkdir "$work/sys"
mount -t sysfs sysfs "$work/sys"
rps=$work/sys/class/net/lo/queues/rx-0/rps_cpus
[ "$(nproc)" -ge 2 ] || skip "one CPU only"
[ -w "$rps" ] || skip "this kernel has no receive packet steering ($rps)"
echo 2 >"$rps"
start_pwru --filter-func 'ip_output|ip_finish_output2|ip_rcv|udp_rcv' --filter-track-skb --timestamp current 'udp dst port 9'
taskset 1 bash -c 'exec 3>/dev/udp/127.0.0.1/9; for ((i = 0; i < 600; i++)); do printf x >&3 || true; done' 2>/dev/null
stop_pwru
# The columns are skb, CPU, process, time. A process name may hold blanks, a time may not.
events | awk '{ cpu = $2; for (i = 4; i <= NF; i++) if ($i ~ /^[0-9]+$/) { time = $i; break }
        if (time < last) { print "out of order: " $0; exit 1 }
        last = time; function_name = $NF
        if (function_name == "ip_output") sent[$1] = cpu
        if (function_name == "udp_rcv" && ($1 in sent) && sent[$1] != cpu) moved++ }
    END { print moved + 0 " packets moved, " NR " events"; exit moved < 100 }'
