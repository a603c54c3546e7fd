#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libraries.sh: prints what Debian says about the licences of the libraries in the static executable.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
cat copyright.libraries
for library in libc6-dev libgcc-12-dev libstdc++-12-dev libre2-dev libpcap0.8-dev libbpf-dev libelf-dev \
    zlib1g-dev libfmt-dev libexpected-dev rapidjson-dev; do
    printf '\n==== %s\n\n' "$library"
    cat "/usr/share/doc/$library/copyright"
done
