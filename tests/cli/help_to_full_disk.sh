#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When the text cannot be written, that is an error.
. "$(dirname "$0")/lib.sh"

for word in --help --version --man --json-schema; do
    last_command=("$PWRU" "$word")
    status=0
    : >"$scratch/out"
    "$PWRU" "$word" >/dev/full 2>"$scratch/err" || status=$?
    expect_status 1
    expect_one_line err
    expect_in err 'No space left on device'
done
