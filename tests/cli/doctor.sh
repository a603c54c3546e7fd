#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `pwru doctor` works without root: it names what is missing, and exits 1. The word is a command only
# when it is alone.
. "$(dirname "$0")/lib.sh"

chmod 755 "$scratch"
install -m 755 "$PWRU" "$scratch/pwru"
PWRU=$scratch/pwru
as_nobody=()
[ "$(id -u)" -ne 0 ] || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all
    --bounding-set=-all)
examine() { # ARGS...
    last_command=("${as_nobody[@]}" "$PWRU" "$@")
    status=0
    "${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}
examine doctor
expect_status 1
expect_empty err
expect_in out 'pwru cannot trace here: '
grep -qE '^  failed +CAP_BPF +missing' "$scratch/out" || failed 'expected the capability that is missing'
grep -qE '^  unknown +kprobe-multi ' "$scratch/out" || failed 'expected a hook that cannot be tried'
expect_in out 'sudo pwru doctor'

examine doctor --json
expect_status 1
expect_one_line out
jq -e '.type == "doctor" and .can_trace == false and (.checks | length) > 20' "$scratch/out" >/dev/null ||
    failed 'expected a report in JSON'

# A file that is no BTF is a finding.
examine doctor --kernel-btf /etc/passwd
expect_status 1
grep -qE '^  failed +BTF ' "$scratch/out" || failed 'expected a finding about the BTF'

# Behind -- the word is a filter. As a command it takes no words.
examine -- doctor
expect_status 2
expect_in err 'syntax error'
refused "leave out 'or icmp'" doctor or icmp
refused 'leave --output-file out' doctor --output-file "$scratch/file"
[ ! -e "$scratch/file" ] || failed 'expected no file'
