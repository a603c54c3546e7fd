# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Of a whole connection only the packet that opens it matches.
serve 8080
start_pwru --filter-func '__ip_local_out|ip_rcv' --output-tcp-flags \
    'tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn and dst port 8080'
try_tcp 127.0.0.1 8080
stop_pwru
expect_every '127\.0\.0\.1:[0-9]+->127\.0\.0\.1:8080\(tcp:SYN\) '
expect_order ' __ip_local_out$' ' ip_rcv$'
