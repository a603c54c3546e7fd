#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# contrib/Vagrantfile is one to Vagrant or, without Vagrant, is Ruby.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../contrib"
if command -v vagrant >/dev/null; then
    home=$(mktemp -d)
    trap 'rm -rf "$home"' EXIT
    cp Vagrantfile "$home"
    cd "$home" # Vagrant writes to the folder of the file
    VAGRANT_HOME=$home/home VAGRANT_CHECKPOINT_DISABLE=1 vagrant validate --ignore-provider
elif command -v ruby >/dev/null; then
    ruby -wc Vagrantfile
else
    echo "skipped: neither vagrant nor ruby is installed"
    exit 77
fi
