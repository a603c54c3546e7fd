#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch_peer.sh: prints the name of a folder that is laid over a guest's root. It has Debian's package
# of cilium/pwru as /opt/peer/pwru. The package is downloaded once and unpacked, never installed: its
# executable (trixie) runs under trixie's own libc, with this machine's libpcap.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=../tests/vm/apt.sh
. "$here/../tests/vm/apt.sh"
peer=$pwru_cache/peer

fetch() {
    local new library
    mkdir -p "$pwru_cache"
    suite_update trixie
    new=$(mktemp -d "$pwru_cache/peer.XXXXXX")
    suite_unpack trixie "$new/deb" pwru libc6
    mkdir -p "$new/opt/peer/lib"
    for library in $(ldd /usr/lib/*-linux-gnu/libpcap.so.0.8 | grep -o '/[^ ]*') /usr/lib/*-linux-gnu/libpcap.so.0.8; do
        cp "$library" "$new/opt/peer/lib/"
    done
    cp "$new"/deb/usr/lib/*-linux-gnu/lib{c,m,resolv,pthread,dl,rt}.so.* "$new/opt/peer/lib/"
    cp "$new"/deb/usr/lib*/*/ld-linux-*.so.* "$new/opt/peer/lib/ld.so"
    cp "$new/deb/usr/bin/pwru" "$new/opt/peer/pwru.bin"
    printf '#!/bin/sh\nexec /opt/peer/lib/ld.so --library-path /opt/peer/lib /opt/peer/pwru.bin "$@"\n' \
        >"$new/opt/peer/pwru"
    chmod 755 "$new" "$new/opt/peer/pwru"
    rm -rf "$new/deb"
    rm -rf "$peer"
    mv "$new" "$peer"
}

[ -e "$peer/opt/peer/pwru" ] || fetch
echo "$peer"
