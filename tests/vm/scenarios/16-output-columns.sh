# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Each output option adds or removes its column.
# kernels: all
trace() { # OPTIONS...
    start_pwru --filter-func 'ip_local_out|ip_output' "$@" 'udp dst port 9'
    send_udp 1.0.0.1 9
    stop_pwru
}
address='0x[0-9a-f]+ +[0-9]+ +[^ ]+:[0-9]+ *'
tuple='10\.9\.0\.1:[0-9]+->1\.0\.0\.1:9\(udp\)'

trace --output-meta=false
expect_every "^$address $tuple +ip_[a-z_]+$"
expect_line '^SKB +CPU PROCESS +TUPLE FUNC$'

trace --output-tuple=false
expect_every "^$address $(netns_inode) .* ip_[a-z_]+$"
expect_no_line '->'

trace --output-meta=false --output-tuple=false
expect_every "^$address ip_[a-z_]+$"

trace --output-caller
expect_line "$tuple +ip_output +ip_[a-z_]+\+0x[0-9a-f]+$"
expect_line ' FUNC CALLER$'

trace --output-file "$work/lines"
[ ! -s "$out" ]
grep -qE "$tuple +ip_output$" "$work/lines"

# The layout of a narrow terminal, which must be asked for because this is a file.
trace --output-layout narrow
grep -qx 'SKB CPU PROCESS NETNS MARK/x IFACE PROTO MTU LEN TUPLE' "$out"
grep -qx '  FUNC' "$out"
expect_line "^0x[0-9a-f]+ [0-9]+ [^ ]+:[0-9]+ $(netns_inode) 0 [^ ]+ 0x[0-9a-f]{4} 1500 29 $tuple\$"
expect_line '^  ip_output$'
