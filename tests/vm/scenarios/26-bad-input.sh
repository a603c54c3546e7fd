# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Every option with a value it cannot take: one sentence, exit 2, nothing attached.
refuse() { # WHAT-STDERR-NAMES ARGS...
    run_pwru 2 "${@:2}"
    expect_one_sentence
    expect_stderr "$1"
    [ ! -s "$out" ]
}
refuse 'filter-func' --filter-func '('
refuse 'filter-func|no_such_function' --filter-func 'no_such_function'
refuse 'filter-mark' --filter-mark 1/2/3
refuse 'filter-mark' --filter-mark 0x1ffffffff
refuse 'filter-netns' --filter-netns relative/path
refuse 'filter-netns' --filter-netns inode:-1
refuse '/run/netns/nosuch' --filter-netns /run/netns/nosuch
refuse 'nosuch0' --filter-ifname nosuch0
refuse 'inode' --filter-netns inode:4026531840 --filter-ifname lo
refuse 'no_such_module' --kmods no_such_module
refuse '/no/such/btf' --kernel-btf /no/such/btf
refuse '/etc/passwd' --kernel-btf /etc/passwd
refuse 'backend' --backend perf
refuse 'filter-kprobe-batch' --filter-kprobe-batch 0
refuse 'output-meta' --output-meta=perhaps
refuse 'output-limit-lines' --output-limit-lines -1
refuse 'timestamp' --timestamp later
refuse 'color' --color green
refuse 'no-such-option' --no-such-option
refuse 'output-file' --output-file
refuse 'syntax|expression' 'tcp and and udp'
refuse 'nosuchhost|expression' 'port 123456'
