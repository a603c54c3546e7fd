#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An option at the end of the line that needs a value says which.
. "$(dirname "$0")/lib.sh"

refused '--filter-mark needs a value: MARK[/MASK]; see pwru --help' --filter-mark
refused '--timestamp needs a value: none|current|relative|absolute' tcp --timestamp
for name in filter-func filter-netns filter-ifname kmods kernel-btf backend filter-kprobe-batch \
    output-file output-limit-lines output-buffer-size color ready-file; do
    refused "--$name needs a value" "--$name"
done
