#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The pods that contrib/ makes are pods to the Kubernetes API 1.36. The API's types come from npm.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
plugin=../../contrib/kubectl-pwru
cache=${PWRU_CACHE:-${XDG_CACHE_HOME:-~/.cache}/pwru}/npm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
skip() { echo "skipped: $*" && exit 77; }

command -v npm node >/dev/null || skip "node and npm are not installed"
# package NAME VERSION: unpacks it into the cache, without installing what it needs.
package() {
    local into=$cache/${1##*/}-$2
    [ ! -d "$into" ] || return 0
    mkdir -p "$cache"
    (cd "$work" && timeout 60 npm pack --silent "$1@$2" >/dev/null 2>&1) || skip "npm cannot get $1"
    tar -xzf "$work"/*.tgz -C "$work"
    rm "$work"/*.tgz
    mv -T "$work/package" "$into" || [ -d "$into" ] # another test run was faster
}
package @kubernetes/client-node 2.0.1
package js-yaml 4.3.2

cp ../../contrib/pod.yaml "$work"
"$plugin" --image pwru:1 --host --add-cap SYS_RESOURCE --print node/worker-1 icmp >"$work/host.yaml"
"$plugin" --image pwru:1 --print node/worker-1 -- --filter-func 'a"\b: [c]' >"$work/quoted.yaml"
check() { node pod_schema.mjs "$cache/client-node-2.0.1" "$cache/js-yaml-4.3.2/dist/js-yaml.mjs" "$@"; }
check "$work"/*.yaml

# It would find something.
sed 's/readOnlyRootFilesystem: true/readOnlyRootFilesystem: "yes"/; s/restartPolicy/restartPolitics/; s/- name: pwru/- tty: true/' \
    ../../contrib/pod.yaml >"$work/wrong.yaml"
found=$(check "$work/wrong.yaml") && { echo "FAILED: nothing was found in a wrong pod" && exit 1; }
for fault in restartPolitics readOnlyRootFilesystem 'name is missing'; do
    grep -q "$fault" <<<"$found" || { echo "FAILED: not found: $fault" && exit 1; }
done
