# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# Output that cannot be written is an error, not silence.
mkdir "$work/disk"
mount -t tmpfs -o size=16k small "$work/disk"
start_pwru --filter-func 'ip_output|ip_rcv' --output-file "$work/disk/lines" icmp
ping -q -n -f -c 200 127.0.0.1 >/dev/null
expect_exit 1
expect_stderr "$work/disk/lines.*No space left"
umount "$work/disk"

rm -f "$ready"
"$PWRU" --ready-file "$ready" --filter-func ip_output icmp >/dev/full 2>"$err" &
pwru_pid=$!
wait_for "pwru to be ready or to leave" is_ready_or_gone
ping -q -n -c 1 127.0.0.1 >/dev/null
expect_exit 1
expect_stderr 'No space left'

rm -f "$ready"
run_pwru 1 --ready-file "$work/no/such/folder/ready" --filter-func ip_output icmp
expect_stderr 'No such file'
