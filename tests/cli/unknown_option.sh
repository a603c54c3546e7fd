#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A mistyped option is never taken for a part of the filter or for another option.
. "$(dirname "$0")/lib.sh"

refused 'unknown option --filter-marc: did you mean --filter-mark? see pwru --help' --filter-marc 1
refused 'unknown option --filter-marc: did you mean --filter-mark?' --filter-marc=1
refused 'unknown option --nonsense: see pwru --help' tcp --nonsense port 80
refused 'unknown option -i: see pwru --help; use --filter-ifname NAME' -i eth0
refused 'use --output-limit-lines N' -c 5 icmp
refused 'use --output-file FILE' -w out.pcap icmp
refused 'leave it out' -n icmp
refused 'unknown option -vv: see pwru --help' -vv
