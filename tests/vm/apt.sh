# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Functions for other scripts: download packages of any Debian suite and unpack them, without installing
# them. "stock" means what the machine's own sources offer. Another suite is read through a list file of
# its own, so that the machine's package lists stay as they are.

pwru_cache=${PWRU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pwru}

# The URI of the machine's first mirror that has the suite.
mirror_of() {
    # shellcheck disable=SC2016  # apt expands the fields, not the shell
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
        awk -v suite="$1" '$2 == suite { print $1; exit }'
}

write_sources() { # SUITE FILE [MIRROR [SECURITY-MIRROR]]
    local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no]'
    echo "deb $signed ${3:-$(mirror_of bookworm)} $1 main" >"$2"
    if [ "$1" = bullseye ]; then
        echo "deb $signed ${4:-$(mirror_of bookworm-security)} $1-security main" >>"$2"
    fi
}

# suite_apt SUITE apt-get|apt-cache ARGS...: runs apt as on a machine of that suite.
suite_apt() {
    local suite=$1 tool=$2 dir=$pwru_cache/apt/$1
    shift 2
    if [ "$suite" = stock ]; then
        "$tool" -o APT::Sandbox::User=root "$@"
        return
    fi
    mkdir -p "$dir/lists/partial" "$dir/archives/partial"
    "$tool" -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$dir/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$dir/lists" \
        -o Dir::Cache="$dir" -o Acquire::Languages=none "$@"
}

# suite_update SUITE: reads the package lists of the suite. PWRU_ARCHIVE names a mirror of Debian's
# archive, which has the suites that ordinary mirrors no longer have.
suite_update() {
    local dir=$pwru_cache/apt/$1
    if [ "$1" = stock ]; then
        [ "$(id -u)" -ne 0 ] || apt-get -q update >&2
        return
    fi
    mkdir -p "$dir"
    write_sources "$1" "$dir/sources.list"
    suite_apt "$1" apt-get -q --error-on=any update >&2 && return
    [ -n "${PWRU_ARCHIVE:-}" ] || return 1
    write_sources "$1" "$dir/sources.list" "$PWRU_ARCHIVE/debian" "$PWRU_ARCHIVE/debian-security"
    suite_apt "$1" apt-get -q --error-on=any update >&2
}

# suite_unpack SUITE DIR PACKAGE...: downloads the packages and unpacks them into DIR.
suite_unpack() {
    local suite=$1 into=$2 downloads deb
    shift 2
    downloads=$(mktemp -d)
    if ! (cd "$downloads" && suite_apt "$suite" apt-get -q download "$@" >&2); then
        rm -rf "$downloads"
        return 1
    fi
    for deb in "$downloads"/*.deb; do
        dpkg-deb -x "$deb" "$into"
    done
    rm -rf "$downloads"
}
