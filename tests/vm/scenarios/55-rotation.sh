# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# A full output file is renamed and a new one begun: no event is lost or split, and each file begins
# with the names of the columns.
pings=1500
expected=$((4 * pings)) # request and reply, each in two functions
flood() { ping -q -n -f -c "$pings" 127.0.0.1 >/dev/null; }
start() { # OPTIONS...
    start_pwru --filter-func 'ip_output|ip_rcv' --output-skb --output-file "$work/trace.log" \
        --output-file-max-size 1 "$@" icmp
}
count_events() { cat "$@" | grep -cE '^0x[0-9a-f]+ .* (ip_output|ip_rcv)$'; }

start
flood
stop_pwru
expect_stderr '[1-9][0-9]* events printed, 0 lost'
backups=("$work"/trace-????-??-??T??-??-??.???.log)
[ "${#backups[@]}" -ge 3 ] || fail "only ${#backups[@]} files were full"
[ "$(count_events "${backups[@]}" "$work/trace.log")" -eq "$expected" ]
for file in "${backups[@]}" "$work/trace.log"; do
    head -n 1 "$file" | grep -q '^SKB .* FUNC$' || fail "$file does not begin with the columns"
    [ "$(stat -c %s "$file")" -le 1048576 ] || fail "$file is larger than a megabyte"
    [ "$(tail -n 1 "$file")" = '}' ] || fail "$file ends within an event"
done

# Two of the renamed files are kept and compressed.
start --output-file-max-backups 2 --output-file-compress
flood
stop_pwru
files=("$work"/trace-*)
[ ${#files[@]} -eq 2 ]
for file in "$work"/trace-*.log.gz; do gzip -t "$file"; done

# Files of last year are removed when a maximum age is given.
mv "$file" "$work/trace-2025-01-01T00-00-00.000.log.gz"
start --output-file-max-age 30
stop_pwru
[ ! -e "$work/trace-2025-01-01T00-00-00.000.log.gz" ]

# A device is written to and not renamed.
start --output-file /dev/null
flood
stop_pwru
[ -c /dev/null ]

# When the output file was moved away, a new one is begun at SIGHUP, and when the old one would be full.
start
mv "$work/trace.log" "$work/moved"
kill -HUP "$pwru_pid"
wait_for 'a new file' test -s "$work/trace.log"
rm "$work/trace.log"
flood
stop_pwru
expect_number "$(grep -c "^SIGHUP: the output file $work/trace.log was moved away; the trace goes on in a new one\$" "$err")" -eq 1
expect_stderr "^warning: the output file $work/trace.log was moved away; the trace goes on in a new one\$"
for file in "$work/moved" "$work/trace.log"; do
    head -n 1 "$file" | grep -q '^SKB .* FUNC$' || fail "$file does not begin with the columns"
done
expect_number "$(stat -c %a "$work/trace.log")" -eq 600
