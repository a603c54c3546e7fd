#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sysroot.sh ARCH: prints a folder with what building pwru for that architecture of Debian needs: the
# headers and static libraries of the machine's own release, unpacked and not installed. They are fetched
# once.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
package_arch=${1:?sysroot.sh ARCH}
# shellcheck source-path=SCRIPTDIR source=../../tests/vm/apt.sh
. "$here/../../tests/vm/apt.sh"

unpacked_once sysroots "$package_arch" suite_unpack libc6-dev linux-libc-dev libcrypt-dev libbpf-dev libelf-dev \
    zlib1g-dev libpcap0.8-dev libre2-dev libfmt-dev libexpected-dev rapidjson-dev libgtest-dev
