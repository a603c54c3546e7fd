#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An option of cilium/pwru that is missing here is not taken for a mistake, and not ignored.
. "$(dirname "$0")/lib.sh"

for name in filter-non-skb-funcs filter-skb-expr filter-trace-tc filter-trace-xdp \
    filter-track-bpf-helpers filter-track-skb-by-stackid \
    filter-xdp-expr netns-names-max-length output-bpfmap \
    output-file-compress output-file-max-age output-file-max-backups output-file-max-size \
    output-json output-netns-names output-skb-cb output-skb-metadata output-skb-shared-info \
    output-xdp-metadata set-percpu-buf; do
    refused "--$name is an option of cilium/pwru that this version does not have yet" "--$name" 1
    refused "--$name is an option of cilium/pwru" "--$name=1"
done
