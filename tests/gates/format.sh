#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every C and C++ file looks as .clang-format says; ./dev fmt makes it so.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
find src abi bpf tests bench \( -name '*.[ch]' -o -name '*.cc' \) -print0 |
    xargs -0 -P "$(nproc)" -n 40 clang-format --dry-run --Werror
