#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# guest_tools.sh ARCH: prints a folder with the programs of a guest of that architecture of Debian, and
# their libraries: packages of the machine's own release, unpacked and not installed. They are fetched
# once.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
package_arch=${1:?guest_tools.sh ARCH}
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"

unpacked_once guests "$package_arch" suite_unpack_all bash iproute2 iputils-ping curl socat util-linux \
    coreutils ethtool bpftool tcpdump jq iptables nftables busybox-static
