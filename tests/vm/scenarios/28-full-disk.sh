# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work: lib.sh
# Output that cannot be written is reported: the file ends with a whole event, and the events that were
# printed and those that were not add up to all events.
mkdir "$work/disk"
is_stopped() { [ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pwru_pid/status")" = T ]; }
# All events are in the rings before the first is written: 800, a request and a reply in two functions
# each.
fill() { # OPTIONS...
    mount -t tmpfs -o size=16k small "$work/disk"
    start_pwru --filter-func 'ip_output|ip_rcv' --output-file "$work/disk/lines" "$@" icmp
    kill -STOP "$pwru_pid"
    wait_for 'pwru to stop' is_stopped
    ping -q -n -f -c 200 127.0.0.1 >/dev/null
    kill -CONT "$pwru_pid"
    expect_exit 1
    expect_stderr "^pwru: write to $work/disk/lines: No space left on device\$"
    expect_number "$(grep -c 'No space left' "$err")" -eq 1
    cp "$work/disk/lines" "$out"
    umount "$work/disk"
    printed=$(sed -n 's/^\([0-9]*\) events printed, .*/\1/p' "$err")
    unwritten=$(sed -n 's/.* printed, \([0-9]*\) not written, 0 lost,.*/\1/p' "$err")
    expect_number "$printed" -gt 0
    expect_number $((printed + unwritten)) -eq 800
    [ -z "$(tail -c 1 "$out")" ] || fail 'half a line is left'
}

fill
expect_number "$(count_lines ' (ip_output|ip_rcv)$')" -eq "$printed"
expect_number "$(wc -l <"$out")" -eq $((printed + 1))

fill --output-json
expect_valid_json "$out"
expect_number "$(count_lines '"type":"function"')" -eq "$printed"

# Files that somebody else may have put there are refused before anything is attached.
mkdir -m 1777 "$work/everybodys"
ln -s "$work/disk/new" "$work/everybodys/link"
for option in --ready-file --output-file; do
    rm -f "$ready"
    "$PWRU" "$option" "$work/everybodys/link" --filter-func ip_output icmp >"$out" 2>"$err" &
    pwru_pid=$!
    expect_exit 1
    expect_stderr "^pwru: $option: open $work/everybodys/link: it is a symbolic link, and others may write to its folder; remove it, or name"
    expect_one_sentence
done
[ ! -e "$work/disk/new" ]

rm -f "$ready"
run_pwru 1 --ready-file "$work/no/such/folder/ready" --filter-func ip_output icmp
expect_stderr 'No such file'
