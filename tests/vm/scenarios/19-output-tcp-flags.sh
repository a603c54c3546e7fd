# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The lines of a whole connection show its TCP flags.
serve 8080
start_pwru --filter-func '__ip_local_out' --output-tcp-flags 'tcp port 8080'
try_tcp 127.0.0.1 8080
stop_pwru
expect_order ':8080\(tcp:SYN\) ' '127\.0\.0\.1:8080->127\.0\.0\.1:[0-9]+\(tcp:SYN\|ACK\) ' \
    ':8080\(tcp:ACK\) ' ':8080\(tcp:PSH\|ACK\) ' '\(tcp:FIN\|(PSH\|)?ACK\) '
