#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The option takes one word of a list: the error message has the list.
. "$(dirname "$0")/lib.sh"

refused "--backend 'perf': expected kprobe, kprobe-multi, fentry, fentry-multi or tracepoint" --backend perf
refused "--timestamp 'utc': expected none, current, relative or absolute" --timestamp utc
refused "--timestamp 'None': expected none" --timestamp=None
refused "--color 'yes': expected auto, always or never" --color=yes
refused "--kmods '': expected module names separated by commas, or none" --kmods ''
refused "--kmods 'a,,b': expected module names" --kmods a,,b
refused "--kmods 'none,nf_nat': expected either module names or none" --kmods none,nf_nat
