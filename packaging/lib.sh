# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Functions that the scripts share: names of versions and architectures, and archives without a trace of
# who made them, when and where. They expect SOURCE_DATE_EPOCH.

maintainer='The pwru maintainers <maintainers@pwru.invalid>'
summary='trace packets through the functions of the Linux kernel'

# Sets the forms of the version. What is no release, "1.2.3+COMMIT", sorts before the release 1.2.3.
read_version() { # FILE
    local version snapshot
    version=$(cat "$1")
    base_version=${version%%+*}
    file_version=$base_version package_version=$base_version
    if [ "$base_version" != "$version" ]; then
        snapshot=git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).${version#*+}
        file_version=$base_version-$snapshot     # in the names of files and tags of images
        package_version=$base_version~$snapshot # in packages
    fi
}

rpm_arch() {
    case $1 in
    amd64) echo x86_64 ;;
    arm64) echo aarch64 ;;
    esac
}

same_times() { # FILE-OR-FOLDER
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# Writes the tar archive of NAME in FOLDER: sorted, owned by root, of one time.
tar_of() { # FOLDER NAME...
    local folder=$1
    shift
    tar --create --format=gnu --sort=name --owner=root:0 --group=root:0 --mode=go-w \
        --mtime="@$SOURCE_DATE_EPOCH" --directory="$folder" -- "$@"
}
