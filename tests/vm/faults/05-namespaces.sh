# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2119,SC2154  # trace_echoes without options; out, err, work: lib.sh
# 500 network namespaces are made and deleted. The number of descriptors and the memory of the tracer
# stay the same.
# shellcheck source-path=SCRIPTDIR/../guest source=faults.sh
. /vm/faults.sh
trace_echoes --output-netns-names
echoes 50
before=$(descriptors) memory=$(resident_kb)
for i in $(seq 500); do
    ip netns add "n$i"
    [ $((i % 50)) -ne 0 ] || { ip -n "n$i" link set lo up && ip netns exec "n$i" ping -q -n -c 1 127.0.0.1 >/dev/null; }
    ip netns del "n$i"
done
expect_number "$(descriptors)" -le "$before"
expect_number "$(resident_kb)" -le $((memory + 4096))
stop_pwru
expect_truth 60
expect_quiet_kernel
