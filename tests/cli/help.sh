#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --help prints to stdout and succeeds, whatever other options are given.
. "$(dirname "$0")/lib.sh"

for word in --help -h; do
    run "$word"
    expect_status 0
    expect_empty err
    expect_in out 'Usage: pwru [options] [pcap-filter]'
    expect_in out '--filter-track-skb'
    expect_in out 'pwru doctor'
done
cp "$scratch/out" "$scratch/plain"

run --no-such-option --help
expect_status 2
run --debug tcp port 80 --help
expect_status 0
cmp -s "$scratch/plain" "$scratch/out" || failed 'expected the same text'
run --color=always --help
cmp -s "$scratch/plain" "$scratch/out" || failed 'expected the same text'
