#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# MARK[/MASK] is read strictly: a misread filter would show the wrong packets.
. "$(dirname "$0")/lib.sh"

for mark in '' x -1 +1 ' 1' 0x 4294967296 0x100000000 1/ /1 1/2/3 1/4294967296 1.5 0xfg; do
    refused "--filter-mark '$mark': expected MARK[/MASK], each decimal or 0x hex of at most 32 bits" \
        --filter-mark "$mark"
done
