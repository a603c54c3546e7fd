#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# without_lines.sh FILE: takes the source lines out of an object for BPF. They are a third of it, the kernel
# shows them in the verifier's log only, and Clang has no option to leave them out.
# struct btf_ext_header: __u16 magic; __u8 version, flags; __u32 hdr_len, func_info_off, func_info_len,
# line_info_off, line_info_len, ...; the offsets count from the end of the header.
set -euo pipefail
file=$1
at=$(readelf -SW "$file" | sed -nE 's/.* \.BTF\.ext +PROGBITS +[0-9a-f]+ +([0-9a-f]+) .*/\1/p')
[ -n "$at" ] || exit 0
at=$((16#$at))
word() { od -An -tu4 --endian=little -j $((at + $1)) -N 4 "$file" | tr -d ' '; }
zero() { dd if=/dev/zero of="$file" bs=1 seek="$1" count="$2" conv=notrunc status=none; } # OFFSET BYTES
lines=$(word 20)
zero $((at + $(word 4) + $(word 16))) "$lines"
zero $((at + 20)) 4
