# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Every option is given a value that it cannot take: one sentence names the option, and nothing is
# attached. An expression with a fault is printed below the sentence, indented.
# cilium's bug: a mark or an inode that does not fit is cut short instead of refused.
wrong=0
try() { # EXIT-PATTERN STDERR-PATTERN ARGS...
    local status=0
    timeout 60 "$PWRU" "${@:3}" >"$out" 2>"$err" </dev/null || status=$?
    echo "exit $status: pwru ${*:3}: $(cat "$err")"
    if [[ ! $status =~ ^$1$ ]] || [ -s "$out" ] || [ "$(grep -c '^[^ ]' "$err")" -ne 1 ] || ! grep -qE -- "$2" "$err"; then
        echo "^^^ expected exit $1, no output and one line with '$2'"
        wrong=1
    fi
}
refuse() { try 2 "$@"; }
# A file that cannot be opened is no mistake in the command line: the exit code is 1.
refuse_path() { try 1 "$@"; }

refuse 'filter-func' --filter-func '('
refuse 'filter-mark' --filter-mark 1/2/3
refuse 'filter-mark' --filter-mark 0x1ffffffff
refuse 'filter-netns' --filter-netns relative/path
refuse 'filter-netns' --filter-netns inode:-1
refuse 'inode' --filter-netns inode:4026531840 --filter-ifname lo
refuse 'filter-skb-expr.*column 10' --filter-skb-expr 'skb->len 5'
# The expression is printed with a caret under its fault. The second one was cut by the shell.
refuse '^           \^$' --filter-skb-expr 'skb->len 5'
refuse 'single quotes if the shell took a part' --filter-skb-expr skb-
refuse 'did you mean skb->mark' --filter-skb-expr 'mark == 1'
refuse 'a macro: write 0x0800' --filter-skb-expr 'skb->protocol == ETH_P_IP'
refuse 'output-skb-metadata' --output-skb-metadata ''
refuse 'output-skb-metadata.*column 10' --output-skb-metadata 'skb->len,'
refuse 'filter-track-skb' --filter-track-skb=2
refuse 'kmods' --kmods ''
refuse 'kmods' --kmods none,veth
refuse 'all-kmods' --all-kmods=some
refuse 'backend' --backend perf
refuse 'filter-kprobe-batch' --filter-kprobe-batch 0
refuse 'output-meta' --output-meta=perhaps
refuse 'output-tuple' --output-tuple=perhaps
refuse 'output-tcp-flags' --output-tcp-flags=perhaps
refuse 'output-skb' --output-skb=perhaps
refuse 'output-stack' --output-stack=perhaps
refuse 'output-caller' --output-caller=perhaps
refuse 'output-limit-lines' --output-limit-lines -1
refuse 'output-buffer-size' --output-buffer-size much
refuse 'output-file' --output-file
refuse 'ready-file' --ready-file
refuse 'timestamp' --timestamp later
refuse 'color' --color green
refuse 'no-such-option' --no-such-option
refuse 'syntax.*column 9' 'tcp and and udp'
refuse '123456' 'port 123456'

refuse 'no_such_function' --filter-func no_such_function
refuse "did you mean 'tcp_.*'" --filter-func 'tcp_*'
refuse "did you mean 'ip_rcv.ip_output'" --filter-func ip_rcv,ip_output
refuse "did you mean 'ipt_do_table'" --filter-func 'ipt_do_table[ip_tables]'
refuse '/run/netns/nosuch' --filter-netns /run/netns/nosuch
refuse 'nosuch0' --filter-ifname nosuch0
# Whoever may name an interface cannot clear root's terminal.
ip link add "$(printf 'evilevil\033c')" type dummy
refuse 'evilevil.x1bc' --filter-ifname evilevil
! grep -q "$(printf '\033')" "$err" || fail "an escape on stderr"
refuse 'no_such_module' --kmods no_such_module
refuse '/no/such/btf' --kernel-btf /no/such/btf
refuse '/etc/passwd' --kernel-btf /etc/passwd
refuse 'kernel-btf: read /dev/zero: it is a device' --kernel-btf /dev/zero
refuse 'kernel-btf: read /tmp: Is a directory' --kernel-btf /tmp
head -c 1000000 /sys/kernel/btf/vmlinux >"$work/cut"
refuse "kernel-btf: $work/cut: parse BTF: a section reaches past the end; give" --kernel-btf "$work/cut"
# BTF with a typedef of itself.
printf '%b' '\x9f\xeb\x01\0\x18\0\0\0\0\0\0\0\x0c\0\0\0\x0c\0\0\0\x03\0\0\0' \
    '\x01\0\0\0\0\0\0\x08\x01\0\0\0' '\0t\0' >"$work/loop"
refuse "kernel-btf: $work/loop: parse BTF: type 1 contains itself; give" --kernel-btf "$work/loop"
[ ! -e /sys/kernel/btf/veth ] || refuse 'BTF of a module' --kernel-btf /sys/kernel/btf/veth
refuse_path 'output-file: open /no/such/folder' --output-file /no/such/folder/lines icmp
refuse_path 'ready-file: open /no/such/folder' --ready-file /no/such/folder/ready icmp
refuse_path 'ready-file: open /tmp: Is a directory' --ready-file /tmp icmp
refuse_path 'ready-file: open /etc/passwd/ready: Not a directory' --ready-file /etc/passwd/ready icmp
[ "$wrong" -eq 0 ]
