# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions that the scripts share: they source this file, run the executable, and state what they
# expect.
set -euo pipefail

PWRU=$(realpath "${PWRU:-$(dirname "${BASH_SOURCE[0]}")/../../build/pwru}")
[ -x "$PWRU" ] || { echo "no executable at $PWRU: build it, or set PWRU" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The environment of whoever runs the tests must not turn colour on or off.
unset NO_COLOR CLICOLOR_FORCE

# Prints what was run and its result, and ends the script.
failed() {
    {
        echo "FAILED: $1"
        echo "command: ${last_command[*]@Q}"
        echo "exit status: $status"
        sed 's/^/stdout: /' "$scratch/out"
        sed 's/^/stderr: /' "$scratch/err"
    } >&2
    exit 1
}

# run ARGUMENT...: runs the executable. The results are $status, $scratch/out and $scratch/err.
run() {
    last_command=("$PWRU" "$@")
    status=0
    "${last_command[@]}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}

expect_status() {
    [ "$status" -eq "$1" ] || failed "expected exit status $1"
}

expect_in() {
    grep -qF -e "$2" "$scratch/$1" || failed "expected in std$1: $2"
}

expect_empty() {
    [ ! -s "$scratch/$1" ] || failed "expected nothing on std$1"
}

expect_one_line() {
    [ "$(wc -l <"$scratch/$1")" -eq 1 ] || failed "expected one line on std$1"
}

# refused SENTENCE ARGUMENT...: expects bad usage, and one line on stderr that has SENTENCE in it.
refused() {
    local sentence=$1
    shift
    run "$@"
    expect_status 2
    expect_empty out
    expect_one_line err
    expect_in err "$sentence"
}
