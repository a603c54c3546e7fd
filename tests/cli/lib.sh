# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share: they source this, run the executable, and state what is expected.
set -euo pipefail

PWRU=$(realpath "${PWRU:-$(dirname "${BASH_SOURCE[0]}")/../../build/pwru}")
[ -x "$PWRU" ] || { echo "no executable at $PWRU: build it, or set PWRU" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The rules of colour must not depend on who runs the tests.
unset NO_COLOR CLICOLOR_FORCE

# Says what was run and what came of it, and ends the script.
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

# run ARGUMENT...: runs the executable; $status, $scratch/out and $scratch/err are the result.
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

# refused SENTENCE ARGUMENT...: bad usage, said in one line on stderr that has SENTENCE in it.
refused() {
    local sentence=$1
    shift
    run "$@"
    expect_status 2
    expect_empty out
    expect_one_line err
    expect_in err "$sentence"
}
