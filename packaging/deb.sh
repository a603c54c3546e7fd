#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# deb.sh ARCH BUILD OUT: makes OUT/pwru_VERSION_ARCH.deb of BUILD/root.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
arch=$1 build=$2 out=$3
read_version "$build/version"
version=$package_version-1
root=$build/deb
doc=$root/usr/share/doc/pwru
rm -rf "$root"
cp -a "$build/root" "$root"

# Debian's places and names.
mkdir -p "$root/DEBIAN" "$root/usr/share/zsh/vendor-completions" "$root/usr/share/lintian/overrides"
mv "$root/usr/share/zsh/site-functions/_pwru" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
rm "$doc/LICENSE" # copyright says it
mv "$doc/CHANGELOG.md" "$doc/changelog"
cp "$here/copyright" "$doc/copyright"
cat >"$doc/changelog.Debian" <<END
pwru ($version) unstable; urgency=medium

  * See changelog.gz.

 -- $maintainer  $(date -u -d "@$SOURCE_DATE_EPOCH" -R)
END
gzip -9n "$doc/changelog" "$doc/changelog.Debian" "$doc/LIBRARIES" "$doc/event.schema.json"
cp "$here/lintian-overrides" "$root/usr/share/lintian/overrides/pwru"
chmod 644 "$doc"/* "$root/usr/share/lintian/overrides/pwru"

(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
cat >"$root/DEBIAN/control" <<END
Package: pwru
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(find "$root/usr" -type f -printf '%s\n' | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
Section: net
Priority: optional
Description: $summary
 A packet went into a machine and did not come out: pwru ("packet, where are
 you?") shows every function of the kernel that it went through, up to the one
 that dropped it, and why.
 .
 pwru needs Linux 5.10 or later with BTF. It is one static executable.
END
same_times "$root"
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$root" "$out/pwru_${version}_$arch.deb"
