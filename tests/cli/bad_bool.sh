#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flag takes true or false and nothing else.
. "$(dirname "$0")/lib.sh"

for name in filter-track-skb all-kmods output-meta output-tuple output-tcp-flags output-skb \
    output-stack output-caller debug version help; do
    refused "--$name 'maybe': expected true or false" "--$name=maybe"
    refused "--$name '': expected true or false" "--$name="
done
