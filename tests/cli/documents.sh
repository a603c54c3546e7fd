#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The executable carries its manual and its schema, and prints them wherever it is.
. "$(dirname "$0")/lib.sh"
docs=$(realpath "$(dirname "$0")/../../docs")

install -m 755 "$PWRU" "$scratch/pwru"
PWRU=$scratch/pwru
cd /
run --man
expect_status 0
expect_empty err
expect_in out '     pwru doctor [--json] [options]'
expect_in out 'EXIT STATUS'
run --json-schema
expect_status 0
cmp -s "$scratch/out" "$docs/event.schema.json" || failed 'expected the schema of the sources'

run --help
[ "$(wc -l <"$scratch/out")" -le 40 ] || failed 'expected help that fits a screen'
run --help=all
expect_status 0
expect_in out '--filter-kprobe-batch N'
refused "--help 'most': expected true or false, or all" --help=most
