# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# The additions that give a record out and hand it over are full barriers in the code that the kernel
# runs: `lock add` on x86. On arm64 ldaddal, or stlxr with a dmb behind it; an addition whose result
# nobody wants would be a relaxed stadd.
# kernels: 5.10 7.2
start_pwru --filter-func ip_rcv icmp
id=$(bpftool -j prog show | jq '[.[] | select(.name | startswith("pwru_"))][0].id')
jited_code "$id" >"$work/jited"
stop_pwru
[ -s "$work/jited" ] || skip "the kernel does not show the code of a program"
if [ "$(uname -m)" = aarch64 ]; then
    words=$(od -An -v -tx4 -w4 "$work/jited" | tr -d ' ')
    ordered=$(grep -cE '^f8[ef].0[0-3]..$|^c8[01].f[c-f]..$' <<<"$words" || true)
    expect_number "$ordered" -ge 2
    # ldxr and stlxr are a full barrier only together with what follows them.
    [ "$(grep -cE '^c8[01].f[c-f]..$' <<<"$words" || true)" -le "$(grep -c '^d5033bbf$' <<<"$words" || true)" ] ||
        fail "a stlxr without a dmb"
else
    expect_number "$(od -An -v -tx1 -w100000 "$work/jited" | grep -oE 'f0 (48|49|4c|4d) 01' | wc -l)" -ge 1
fi
