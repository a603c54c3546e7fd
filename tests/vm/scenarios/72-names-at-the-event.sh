# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Names are those at the time of the event, although the process and the device are gone when the line
# is printed.
ln -s /usr/sbin/socat "$work/brief"
start_pwru --filter-func dev_hard_start_xmit --timestamp absolute 'udp dst port 9'
kill -STOP "$pwru_pid"
ip link add late-device type dummy
ip addr add 10.1.0.1/24 dev late-device
ip link set late-device up
ip neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev late-device
before=${EPOCHREALTIME/./}
"$work/brief" -u -b 8192 STDIN UDP:10.1.0.9:9 <<<x
after=${EPOCHREALTIME/./}
ip link del late-device
kill -CONT "$pwru_pid"
stop_pwru
# cilium's bug: a process that is gone is printed as <empty>, or as the process that has its pid now.
expect_every ' brief:[0-9]+ '
# cilium's bug: an interface that was made after the tracer started has no name.
expect_every ' late-device:[0-9]+ +0x0800 '
# cilium's bug: the absolute time is the time of printing.
stamp=$(events | head -n 1 | cut -d ' ' -f 1)
at=$(date -d "${stamp:0:10} ${stamp:11:8}" +%s)${stamp:20:6}
slack_us=20000 # between the readings of the two clocks
[ "$at" -ge $((before - slack_us)) ] || fail "$at is before $before"
[ "$at" -le $((after + slack_us)) ] || fail "$at is after $after"
