#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rpm.sh ARCH BUILD OUT: makes OUT/pwru-VERSION-1.ARCH.rpm of BUILD/root, with Debian's rpmbuild.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
arch=$(rpm_arch "$1") build=$2 out=$3
read_version "$build/version"
top=$build/rpm
rm -rf "$top"
mkdir -p "$top"
# Debian's rpm has no database of installed packages, and says so.
rpmbuild -bb --quiet --target "$arch-linux" \
    --define "_topdir $top" --define "_dbpath $top/db" --define "_rpmdir $top/out" \
    --define "pwru_version $package_version" --define "pwru_root $build/root" \
    --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' \
    --define 'clamp_mtime_to_source_date_epoch 1' --define '_build_id_links none' \
    --define '_binary_payload w6.xzdio' --define '_docdir /usr/share/doc' \
    "$here/pwru.spec" >"$top/log" 2>&1 || { cat "$top/log" >&2 && exit 1; }
cp "$top/out/$arch/pwru-$package_version-1.$arch.rpm" "$out/"
