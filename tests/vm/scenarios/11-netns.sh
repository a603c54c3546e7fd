# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# A network namespace is named by its file and by its inode.
namespace a
namespace b
ping_both() {
    ip netns exec a ping -q -n -c 2 -i 0.01 127.0.0.1 >/dev/null
    ip netns exec b ping -q -n -c 2 -i 0.01 127.0.0.1 >/dev/null
}
inode=$(netns_inode /run/netns/a)
for netns in /run/netns/a "inode:$inode"; do
    start_pwru --filter-func 'ip_output|ip_rcv' --filter-netns "$netns" icmp
    ping_both
    stop_pwru
    expect_every "^0x[0-9a-f]+ +[0-9]+ +[^ ]+ +$inode "
    expect_number "$(count_lines ' ip_rcv$')" -eq 4
done
