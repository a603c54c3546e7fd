#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A namespace is a path or inode:N.
. "$(dirname "$0")/lib.sh"

for netns in blue ./blue inode: inode:0 inode:-1 inode:x inode:4294967296 4026531840; do
    refused "--filter-netns '$netns': expected /path of a namespace file, or inode:N" \
        --filter-netns "$netns"
done
refused 'inode netns specifier cannot be used with --filter-ifname' \
    --filter-netns inode:4026531840 --filter-ifname lo
