#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --version prints one line, the name and the version, and succeeds.
. "$(dirname "$0")/lib.sh"

run --version
expect_status 0
expect_empty err
expect_one_line out
grep -qE '^pwru [0-9]+\.[0-9]+\.[0-9]+' "$scratch/out" || failed 'expected: pwru N.N.N'
