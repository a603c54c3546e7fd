#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The globs of CMakeLists.txt take each file of src/ for what it is: pwru is linked from all sources
# and from no test, and reads no header for tests; each *_test.cc is compiled into some test.
# $BUILD: the build tree, which must be Ninja's.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
root=$PWD build=${BUILD:-build}
if [ ! -e "$build/build.ninja" ]; then
    echo "no $build/build.ninja: only Ninja can be asked what pwru is made of"
    exit 77
fi

inputs=$(ninja -C "$build" -t inputs pwru)
linked=$(grep -E '\.(c|cc)$' <<<"$inputs" | sed -n "s#^$root/##p")
status=0
complain() { # SENTENCE, with the files in stdin; nothing is said of none
    local files
    files=$(sed 's/^/    /')
    [ -z "$files" ] || { printf '%s:\n%s\n' "$1" "$files" && status=1; }
}

complain "the program is linked from tests" < <(grep -E '_test\.cc$' <<<"$linked" || true)
complain "the program is not linked from these sources" < <(
    find src -name '*.c' -o -name '*.cc' ! -name '*_test.cc' | sort | comm -23 - <(sort <<<"$linked")
)
complain "no test is compiled from these" < <(
    find src -name '*_test.cc' | sort |
        comm -23 - <(sed -n "s#^ *\"file\": \"$root/\(.*\)\",\?\$#\1#p" "$build/compile_commands.json" | sort)
)
# Ninja knows the headers of each object file it has compiled.
complain "the program reads headers for tests" < <(
    grep -E '\.o$' <<<"$inputs" | xargs ninja -C "$build" -t deps |
        grep -E '_for_test\.h$|/(gtest|gmock)/|/tests/' | sort -u || true
)
exit "$status"
