# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# When the disk is full as the output file is renamed, or an old one compressed, the trace ends with one
# sentence and the totals. A second tracer does not write to the output file of the first.
disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=1536k small "$disk"
trap 'umount "$disk"' EXIT
start() { # OPTIONS...
    start_pwru --filter-func 'ip_output|ip_rcv' --output-skb --output-file "$disk/trace.log" \
        --output-file-max-size 1 "$@" icmp
}
flood() { ping -q -n -f -c 1500 127.0.0.1 >/dev/null; }
ends_full() { # WHAT: of the file that could not be written
    expect_exit 1
    expect_stderr "^pwru: write to $1: No space left on device\$"
    expect_number "$(grep -c 'No space left' "$err")" -eq 1
    expect_stderr '[1-9][0-9]* events printed'
}

start
flood
ends_full "$disk/trace.log"
backups=("$disk"/trace-*.log)
expect_number "${#backups[@]}" -eq 1
printed=$(sed -n 's/^\([0-9]*\) events printed, [0-9]* not written, 0 lost,.*/\1/p' "$err")
expect_number "$(cat "$disk"/trace*.log | grep -cE '^0x[0-9a-f]+ .* (ip_output|ip_rcv)$')" -eq "$printed"
[ "$(tail -n 1 "$disk/trace.log")" = '}' ] || fail 'the last event is not whole'
rm "$disk"/*

# There is no room for the compressed file: the plain one stays, and a line at the end says so.
backup=$disk/trace-2026-01-02T15-04-05.000.log
head -c 1000000 /dev/urandom >"$backup"
start --output-file-compress
ping -q -n -c 1 127.0.0.1 >/dev/null
kill -INT "$pwru_pid"
expect_exit 1
expect_stderr "^pwru: write (to )?$backup\.gz: No space left on device\$"
expect_stderr '[1-9][0-9]* events printed'
expect_number "$(stat -c %s "$backup")" -eq 1000000
[ ! -e "$backup.gz" ]
rm "$disk"/*

start
run_second() {
    "$PWRU" --filter-func ip_output --output-file "$disk/trace.log" 2>"$work/second"
}
! run_second || fail "the second run succeeded"
diff - "$work/second" <<END
pwru: --output-file: write to the output file $disk/trace.log: another process has locked it, such as a pwru that writes to it; name another file
END
stop_pwru
