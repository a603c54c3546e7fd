# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Bash completion for pwru: options, their values, and the first words of a pcap filter.
# The cli unit tests compare it with the option table.

# Drops words that a shell would expand. compgen -W expands its words, the shell expands what is
# inserted, and an interface may be called "$(reboot)".
_pwru_harmless() {
    LC_ALL=C grep -xE '[A-Za-z0-9_.@-]+'
}

# Root gets all functions of ftrace's list, everybody else the functions among the symbols.
_pwru_functions() {
    awk '{ print $1 }' /sys/kernel/tracing/available_filter_functions 2>/dev/null && return
    awk '$2 ~ /^[tT]$/ { print $3 }' /proc/kallsyms 2>/dev/null
}

_pwru() {
    local pcap_words='arp dst ether greater host icmp icmp6 ip ip6 less net port sctp src tcp udp vlan'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=''
    # "--color=al" arrives as the three words "--color", "=" and "al".
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case $previous in
    --backend) words='kprobe kprobe-multi fentry fentry-multi tracepoint' ;;
    --timestamp) words='none current relative absolute' ;;
    --color) words='auto always never' ;;
    --output-layout) words='auto wide narrow line journey' ;;
    --kmods) words="none $(cut -d ' ' -f 1 /proc/modules 2>/dev/null | _pwru_harmless)" ;;
    --filter-ifname) words=$(cd /sys/class/net 2>/dev/null && printf '%s\n' * | _pwru_harmless) ;;
    --filter-netns | --kernel-btf | --output-file | --ready-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
        return
        ;;
    --on) words='drop slow= rst retransmit' ;;
    --filter-func) words="@drops $(_pwru_functions | _pwru_harmless)" ;;
    --filter-non-skb-funcs) words=$(_pwru_functions | _pwru_harmless) ;;
    --filter-tunnel-pcap-l2 | --filter-tunnel-pcap-l3) words=$pcap_words ;;
    --summary | --on-packets | --filter-mark | --filter-skb-expr | --filter-xdp-expr | --filter-kprobe-batch | \
        --output-skb-metadata | --output-xdp-metadata | --output-limit-lines | \
        --output-buffer-size | --output-file-max-size | --output-file-max-age | \
        --output-file-max-backups | --netns-names-max-length | --set-percpu-buf)
        return
        ;;
    *)
        if [[ $current == -* ]]; then
            words='--filter-func --drops --why --summary --on --on-packets --filter-mark --filter-netns --filter-ifname --filter-skb-expr
                --filter-xdp-expr --filter-track-skb --filter-track-skb-by-stackid
                --filter-non-skb-funcs --filter-track-bpf-helpers --filter-trace-tc
                --filter-trace-xdp --filter-tunnel-pcap-l2 --filter-tunnel-pcap-l3
                --kmods --all-kmods --kernel-btf --backend --filter-kprobe-batch
                --output-meta --output-netns-names --netns-names-max-length
                --output-tuple --output-tcp-flags --output-tunnel --output-id --output-skb
                --output-skb-metadata --output-xdp-metadata --output-skb-shared-info
                --output-skb-cb --output-stack --output-caller --output-bpfmap
                --latency --output-json --json --output-layout --output-file --output-file-max-size --output-file-max-age
                --output-file-max-backups --output-file-compress --output-limit-lines
                --output-buffer-size --set-percpu-buf --timestamp --color --ready-file
                --list-funcs --debug --man --json-schema --version --help'
        else
            words=$pcap_words
            [ "$COMP_CWORD" -gt 1 ] || words+=' doctor'
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _pwru pwru
