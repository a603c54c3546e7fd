#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When the last option lacks its value, the message names the option.
. "$(dirname "$0")/lib.sh"

refused '--filter-mark needs a value: MARK[/MASK]; see pwru --help' --filter-mark
refused '--timestamp needs a value: none|current|relative|absolute' tcp --timestamp
for name in filter-func filter-netns filter-ifname kmods kernel-btf backend filter-kprobe-batch \
    output-file output-limit-lines output-buffer-size color ready-file; do
    refused "--$name needs a value" "--$name"
done
