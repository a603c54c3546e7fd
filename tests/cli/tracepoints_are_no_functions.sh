#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Options about functions are refused where only tracepoints are traced.
. "$(dirname "$0")/lib.sh"
for option in '--filter-non-skb-funcs icmp_send' --filter-track-skb-by-stackid --filter-track-bpf-helpers --output-bpfmap; do
    # shellcheck disable=SC2086  # one or two words
    refused "${option% *} is about functions: it cannot be used with --backend tracepoint" --backend tracepoint $option
done
