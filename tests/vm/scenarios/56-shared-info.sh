# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The skb_shared_info of a large TCP packet: segmentation offload, and its page fragments.
head -c 200000 /dev/zero >"$work/zeros"
socat -u TCP4-LISTEN:80,reuseaddr OPEN:/dev/null &
wait_for "the server" grep -q ':0050 00000000:0000 0A' /proc/net/tcp
start_pwru --filter-func ip_output --output-skb-shared-info 'tcp dst port 80 and greater 4000'
socat -u "OPEN:$work/zeros" TCP4:127.0.0.1:80
stop_pwru
expect_order ' ip_output$' 'struct skb_shared_info' 'gso_type = \(unsigned int\)[0-9]+ .*SKB_GSO_TCPV4'
# There are as many fragments as nr_frags says.
jq -R -n -e '
    [inputs] | join("\n") | split("(struct skb_shared_info)")[1:]
    | map({said: (capture("nr_frags = [^)]*\\)(?<n>[0-9]+)").n // "0" | tonumber),
           shown: ([scan("\\.(?:page|bv_page|netmem) = ")] | length)})
    | length > 0 and all(.said == .shown) and any(.said > 0)' <"$out"

start_pwru --filter-func ip_output --output-skb-shared-info --output-skb 'tcp dst port 80'
try_tcp 127.0.0.1 80
stop_pwru
expect_order ' ip_output$' 'struct sk_buff' 'struct skb_shared_info'
