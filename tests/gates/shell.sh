#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What shellcheck is to find nothing in: files named *.sh or *.bash, files that begin with a shell's
# #!, and sourced files that name their shell in a line for shellcheck.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
{
    find . \( -path ./.git -o -path './build*' \) -prune -o -type f -name '*.*sh' -print
    find . \( -path ./.git -o -path './build*' \) -prune -o -type f -print0 |
        xargs -0 grep -lIE -m 1 -e '^#!.*[/ ](ba|da)?sh( |$)' -e '^# shellcheck shell='
} | sort -u | xargs -d '\n' -P "$(nproc)" -n 30 shellcheck
