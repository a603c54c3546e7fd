#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An expression that libpcap refuses is bad usage, found before any privilege is needed.
. "$(dirname "$0")/lib.sh"

refused 'syntax error' tcp port
refused 'syntax error' 'tcp and ('
refused 'syntax error' tcp --output-stack and
# The words after -- are the filter, also when they look like options.
refused 'syntax error' -- --help
# For text that is not in the language of pcap-filter(7), the message suggests the right words.
refused "syntax error at its end; did you mean 'port 80'?" 80
refused "did you mean 'port 80'?" port:80
refused "did you mean 'port 80'?" tcp 80
refused "did you mean 'host 10.0.0.1 and port 80'?" 10.0.0.1:80
refused "did you mean 'src host 10.0.0.1 and src port 80'?" src 10.0.0.1:80
refused "did you mean 'host 10.0.0.1'?" 10.0.0.1
refused "'tcp' is a word of the language: write 'tcp' alone, or 'proto \\tcp'" ip proto tcp
refused "did you mean 'port 80 or port 443'?" port 80,443
refused "Wireshark" 'ip.addr == 10.0.0.1'
refused "--filter-ifname eth0" eth0
refused "did you mean 'icmp'?" ICMP
