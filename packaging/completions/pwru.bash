# SPDX-License-Identifier: Apache-2.0
# Bash completion for pwru: options, their values, and the first words of a pcap filter.
# The cli unit tests compare it with the option table.

_pwru() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=''
    # "--color=al" arrives as the three words "--color", "=" and "al".
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case $previous in
    --backend) words='kprobe kprobe-multi' ;;
    --timestamp) words='none current relative absolute' ;;
    --color) words='auto always never' ;;
    --kmods) words="none $(cut -d ' ' -f 1 /proc/modules 2>/dev/null)" ;;
    --filter-ifname) words=$(cd /sys/class/net 2>/dev/null && echo *) ;;
    --filter-netns | --kernel-btf | --output-file | --ready-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
        return
        ;;
    --filter-func | --filter-mark | --filter-tunnel-pcap-l2 | --filter-tunnel-pcap-l3 | \
        --filter-kprobe-batch | --output-limit-lines | --output-buffer-size)
        return
        ;;
    *)
        if [[ $current == -* ]]; then
            words='--filter-func --filter-mark --filter-netns --filter-ifname --filter-track-skb
                --filter-tunnel-pcap-l2 --filter-tunnel-pcap-l3 --kmods --all-kmods --kernel-btf
                --backend --filter-kprobe-batch --output-meta --output-tuple --output-tcp-flags
                --output-tunnel --output-skb --output-stack --output-caller --output-file
                --output-limit-lines --output-buffer-size --timestamp --color --ready-file --debug
                --version --help'
        else
            words='arp dst ether greater host icmp icmp6 ip ip6 less net port sctp src tcp udp vlan'
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _pwru pwru
