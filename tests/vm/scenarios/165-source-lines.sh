# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# --drops and --why name the source line at which a packet died, where debug info of the running kernel or of
# the module is found. That of another build, or that others may write, is not used.
# kernels: 6.1 7.2
debug=/usr/lib/debug
vmlinux=$debug/boot/vmlinux-$(uname -r)
mkdir -p "$debug/boot"
# id_path NOTES: where a file with debug info is by the build-id that ends these notes.
id_path() {
    local id
    id=$(tail -c 20 "$1" | od -An -v -tx1 | tr -d ' \n')
    echo "$debug/.build-id/${id:0:2}/${id:2}.debug"
}
# died PORT: waits for the death of a packet to that port.
died() { wait_for "the death of a packet to port $1" grep -qE "127\.0\.0\.1:$1[^0-9]" "$out"; }
# expect_source FUNCTION: its call that freed the packet is on the line that fake_debug_info gave that byte.
expect_source() {
    local at
    at=$(grep -oE "^  at +$1(\[[a-z_]+\])?\+0x[0-9a-f]+ \(net/fake\.c:[0-9]+\)( <|$)" "$out" | head -n 1) ||
        fail "no source line of $1"
    [[ $at =~ \+(0x[0-9a-f]+)\ \(net/fake\.c:([0-9]+)\) ]]
    # A return address is behind the call.
    expect_number "${BASH_REMATCH[2]}" -eq $((1000 + BASH_REMATCH[1] - 1))
}

function=$(has_symbol __udp4_lib_rcv && echo __udp4_lib_rcv || echo udp_rcv)
fake_debug_info "$function" </sys/kernel/notes >"$vmlinux"
# A module has a file of its own. Before 6.7 nft_do_chain() leaves what it drops to nf_hook_slow().
has_module=
if kernel_at_least 6.7 && modprobe nf_tables; then
    has_module=yes
    notes=/sys/module/nf_tables/notes/.note.gnu.build-id
    file=$(id_path "$notes")
    mkdir -p "$(dirname "$file")"
    fake_debug_info nft_do_chain <"$notes" >"$file"
    nft -f - <<'RULES'
table inet fw {
    chain in {
        type filter hook input priority 0; policy accept;
        udp dport 9001 drop
    }
}
RULES
fi

start_pwru --drops udp
for port in 9000 9001; do
    send_udp 127.0.0.1 "$port"
    died "$port"
done
stop_pwru
expect_source "$function"
[ -z "$has_module" ] || expect_source nft_do_chain
expect_no_stderr 'debug info'

start_pwru --why --output-json udp
send_udp 127.0.0.1 9002
wait_for 'its death' grep -q '"dport":9002' "$out"
stop_pwru
expect_line '"diagnosis":\{.*"source":"net/fake\.c:[0-9]+"'

# A file that others may write to is not read.
chmod 666 "$vmlinux"
start_pwru --drops udp
send_udp 127.0.0.1 9003
died 9003
stop_pwru
expect_no_line 'fake\.c'
expect_stderr '^warning: debug info is not used: open /usr/lib/debug/boot/vmlinux-.*: others may write to it$'
