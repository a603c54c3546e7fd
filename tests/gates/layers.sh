#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may include whom. The table is that of the rooms in docs/architecture.md, lowest room first:
# its last column names the rooms above it whose headers a room may include, or a single header, as
# in `resolve/record.h`. Every #include "room/..." of abi/, bpf/ and src/ is held to it. Unit tests
# may also include what stands in tests/support.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
table=docs/architecture.md

# What the table does not allow, or does not find, and is so for now: "ROOM OTHER", or "ROOM" for a
# room that is still to come. A line that is no longer needed is a finding.
not_yet=''

rooms() { find abi bpf src/* -maxdepth 0 -type d; }
includes() { # "FILE:LINE FOLDER HEADER"
    grep -rnE --include='*.[ch]' --include='*.cc' '^ *# *include "' abi bpf src |
        sed -E 's|^((src/[^/:]*)?([^/:]*)[^:]*:[0-9]+): *# *include "([^"]*)".*|\1 \2\3 \4|'
}

awk -v not_yet="$not_yet" -v table="$table" '
function complain(sentence) { print sentence; failed = 1 }
function is_later(what) { return (what in later) && ++later[what] }
function read_row(line,   cells, count, others, i, room, owner) {
    count = split(line, cells, / *\| */)
    gsub(/`|src\/|\/`/, "", cells[2])
    room = cells[2]
    others_of_room = cells[count - 1]
    gsub(/`/, "", others_of_room)
    if (others_of_room == "nothing") others_of_room = ""
    count = split(others_of_room, others, /, */)
    for (i = 1; i <= count; i++) {
        owner = others[i]
        sub(/\/.*/, "", owner)
        if (owner == "all of the above") {
            for (owner in has_row) may[room, owner] = 1
        } else if (owner in has_row) {
            may[room, others[i]] = 1
        } else {
            complain(table ": " room "/ knows about \"" others[i] "\", which is no room above it")
        }
    }
    has_row[room] = 1
}
function check_include(where, room, header,   other) {
    other = header
    sub(/^src\//, "", room)
    if (!sub(/\/.*/, "", other)) return # beside the file that includes it
    if (where ~ /_test[.]cc:/ && header ~ /^tests[/]support[/]/) return
    if (!(room in has_row) || other == room || (room, other) in may || (room, header) in may) return
    if (is_later(room " " other)) return
    complain(where ": " room "/ may not include " header "; see the table in " table)
}
BEGIN {
    split(not_yet, lines, "\n")
    for (i in lines) if (lines[i] != "") later[lines[i]] = 0
}
FILENAME == table {
    if (/^\| `(src\/)?[a-z_]+\/` \|/) read_row($0)
    next
}
NF == 1 {
    sub(/^src\//, "")
    if (!($0 in has_row)) complain(table ": no row for the room " $0)
    exists[$0] = 1
    next
}
{ check_include($1, $2, $3) }
END {
    for (room in has_row)
        if (!(room in exists) && !is_later(room)) complain(table ": a row for " room "/, which is not there")
    for (what in later)
        if (!later[what]) complain("layers.sh: \"" what "\" no longer belongs to what is not yet right")
    exit failed
}' "$table" <(rooms) <(includes)

loose=$(find src -maxdepth 1 -type f ! -name main.cc ! -name run.cc ! -name run.h)
[ -z "$loose" ] || { echo "files in no room: $loose" && exit 1; }
