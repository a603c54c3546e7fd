#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An option of cilium/pwru that is missing here is not taken for a mistake, and not ignored.
. "$(dirname "$0")/lib.sh"

for name in filter-tunnel-pcap-l2 filter-tunnel-pcap-l3 output-tunnel; do
    refused "--$name is an option of cilium/pwru that this version does not have yet" "--$name" 1
    refused "--$name is an option of cilium/pwru" "--$name=1"
done
