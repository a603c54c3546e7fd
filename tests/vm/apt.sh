# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Functions for other scripts: download packages of any Debian suite and unpack them, without installing
# them. "stock" means what the machine's own sources offer. Another suite is read through a list file of
# its own, so that the machine's package lists stay as they are.
#
# package_arch: the architecture of the packages, as Debian names it. Packages of another one than the
# machine's are read as on a machine of that kind on which nothing is installed: apt has lists and a
# state of its own for them, and dpkg never hears of them.

pwru_cache=${PWRU_CACHE:-${XDG_CACHE_HOME:-~/.cache}/pwru}
package_arch=${package_arch:-$(dpkg --print-architecture)}

is_foreign() { [ "$package_arch" != "$(dpkg --print-architecture)" ]; }
is_machine() { [ "$1" = stock ] && ! is_foreign; }
apt_dir() { if is_foreign; then echo "$pwru_cache/apt/$1-$package_arch"; else echo "$pwru_cache/apt/$1"; fi; }

# The URI of the machine's first mirror that has the suite.
mirror_of() {
    # shellcheck disable=SC2016  # apt expands the fields, not the shell
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
        awk -v suite="$1" '$2 == suite { print $1; exit }'
}

write_sources() { # SUITE FILE [MIRROR [SECURITY-MIRROR]]
    local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no]'
    if [ "$1" = stock ]; then
        local part mirror
        for part in bookworm bookworm-updates bookworm-security; do
            mirror=$(mirror_of "$part")
            [ -z "$mirror" ] || echo "deb $signed $mirror $part main"
        done >"$2"
        return
    fi
    echo "deb $signed ${3:-$(mirror_of bookworm)} $1 main" >"$2"
    if [ "$1" = bullseye ]; then
        echo "deb $signed ${4:-$(mirror_of bookworm-security)} $1-security main" >>"$2"
    fi
}

# suite_apt SUITE apt-get|apt-cache ARGS...: runs apt as on a machine of that suite.
suite_apt() {
    local suite=$1 tool=$2 dir foreign=()
    dir=$(apt_dir "$1")
    shift 2
    if is_machine "$suite"; then
        "$tool" -o APT::Sandbox::User=root "$@"
        return
    fi
    mkdir -p "$dir/lists/partial" "$dir/archives/partial"
    if is_foreign; then
        : >"$dir/status"
        foreign=(-o APT::Architecture="$package_arch" -o APT::Architectures="$package_arch" -o Dir::State::Status="$dir/status")
    fi
    "$tool" "${foreign[@]}" -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$dir/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$dir/lists" \
        -o Dir::Cache="$dir" -o Acquire::Languages=none "$@"
}

# suite_update SUITE: reads the package lists of the suite. PWRU_ARCHIVE names a mirror of Debian's
# archive, which has the suites that ordinary mirrors no longer have.
suite_update() {
    local dir
    dir=$(apt_dir "$1")
    if is_machine "$1"; then
        [ "$(id -u)" -ne 0 ] || apt-get -q update >&2
        return
    fi
    mkdir -p "$dir"
    ( # One at a time: apt gives up when another one has the lists.
        flock 8
        write_sources "$1" "$dir/sources.list"
        suite_apt "$1" apt-get -q --error-on=any update >&2 && exit
        [ -n "${PWRU_ARCHIVE:-}" ] || exit 1
        write_sources "$1" "$dir/sources.list" "$PWRU_ARCHIVE/debian" "$PWRU_ARCHIVE/debian-security"
        suite_apt "$1" apt-get -q --error-on=any update >&2
    ) 8>"$dir/update.lock"
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

# suite_unpack_all SUITE DIR PACKAGE...: the same, with all packages that these depend on.
suite_unpack_all() {
    local suite=$1 into=$2 all
    shift 2
    all=$(suite_apt "$suite" apt-get -q -y --no-install-recommends --simulate install "$@" |
        sed -n 's/^Inst \([^ ]*\) .*/\1/p' | sed 's/:.*//') || return 1
    # shellcheck disable=SC2086  # one word a package
    suite_unpack "$suite" "$into" $all
}

# unpacked_once KIND NAME FUNCTION PACKAGE...: prints a folder of the cache with the unpacked packages of
# the stock sources. FUNCTION, one of those above, fetches them unless the folder is there for just
# these packages.
unpacked_once() {
    local dir=$pwru_cache/$1/$2 unpack=$3 new
    shift 3
    mkdir -p "${dir%/*}"
    exec 9>"$dir.lock"
    flock 9
    if [ "$(cat "$dir/packages" 2>/dev/null)" != "$*" ]; then
        new=$(mktemp -d "${dir%/*}/new.XXXXXX")
        chmod 755 "$new"
        { suite_update stock && "$unpack" stock "$new" "$@"; } || {
            rm -rf "$new"
            echo "cannot fetch the $package_arch packages of Debian from the machine's sources: $*" >&2
            return 1
        }
        echo "$*" >"$new/packages"
        rm -rf "$dir"
        mv "$new" "$dir"
    fi
    exec 9>&-
    echo "$dir"
}
