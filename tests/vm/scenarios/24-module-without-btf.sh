# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A module without BTF is left out, and a line says so. The functions around the module still show what
# it does to a packet.
modprobe -r dummy
trap 'modprobe -r dummy; /vm/network' EXIT
insmod /vm/dummy-without-btf.ko
/vm/network
[ ! -e /sys/kernel/btf/dummy ]
start_pwru --filter-func 'dummy_xmit|dev_hard_start_xmit' 'udp dst port 9'
send_udp 1.0.0.1 9
stop_pwru
expect_line '->1\.0\.0\.1:9\(udp\) +dev_hard_start_xmit$'
expect_no_line ' dummy_xmit$'
expect_stderr '[0-9]+ modules without BTF \('
run_pwru 3 --kmods dummy
expect_one_sentence
expect_stderr 'dummy.*BTF|BTF.*dummy'
