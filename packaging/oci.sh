#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# oci.sh BUILD OUT ARCH...: makes OUT/pwru-VERSION-oci.tar, an image of BUILD/ARCH/root for each
# architecture, in the layout of the OCI Image Format. No daemon takes part in it. The image holds the
# executable and what the licences ask for, and nothing else.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
build=$1 out=$2
shift 2
read_version "$build/$1/version"
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
oci=$build/oci
blobs=$oci/blobs/sha256
rm -rf "$oci"
mkdir -p "$blobs"

# Moves a file to the blobs, and prints its descriptor.
blob() { # FILE MEDIA-TYPE
    local digest size
    digest=$(sha256sum "$1" | cut -d ' ' -f 1)
    size=$(stat -c %s "$1")
    mv "$1" "$blobs/$digest"
    jq -nc --arg type "$2" --arg digest "sha256:$digest" --argjson size "$size" \
        '{mediaType: $type, digest: $digest, size: $size}'
}

# Prints the descriptor of the image of one architecture.
image() { # ARCH
    local root=$build/$1/oci-root layer diff config manifest
    rm -rf "$root"
    mkdir -p "$root/usr/bin" "$root/usr/share/doc/pwru"
    cp "$build/$1/root/usr/bin/pwru" "$root/usr/bin/"
    cp "$build/$1/root/usr/share/doc/pwru/"{LICENSE,LIBRARIES} "$root/usr/share/doc/pwru/"
    same_times "$root"
    tar_of "$root" usr >"$build/layer.tar"
    diff=$(sha256sum "$build/layer.tar" | cut -d ' ' -f 1)
    gzip -9nf "$build/layer.tar"
    layer=$(blob "$build/layer.tar.gz" application/vnd.oci.image.layer.v1.tar+gzip)
    jq -nc --arg created "$created" --arg arch "$1" --arg diff "sha256:$diff" --arg version "$file_version" \
        --arg title "$summary" '{created: $created, architecture: $arch, os: "linux",
        config: {Entrypoint: ["/usr/bin/pwru"], Env: ["PATH=/usr/bin"], WorkingDir: "/",
            Labels: {"org.opencontainers.image.title": "pwru", "org.opencontainers.image.description": $title,
                "org.opencontainers.image.version": $version, "org.opencontainers.image.licenses": "Apache-2.0"}},
        rootfs: {type: "layers", diff_ids: [$diff]},
        history: [{created: $created, created_by: "./dev release"}]}' >"$build/config.json"
    config=$(blob "$build/config.json" application/vnd.oci.image.config.v1+json)
    jq -nc --argjson config "$config" --argjson layer "$layer" '{schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: [$layer]}' \
        >"$build/manifest.json"
    manifest=$(blob "$build/manifest.json" application/vnd.oci.image.manifest.v1+json)
    jq -c --arg arch "$1" '. + {platform: {architecture: $arch, os: "linux"}}' <<<"$manifest"
}

images=$(for arch in "$@"; do image "$arch"; done | jq -sc .)
jq -nc --argjson images "$images" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: $images}' >"$build/index.json"
index=$(blob "$build/index.json" application/vnd.oci.image.index.v1+json)
jq -nc --argjson index "$index" --arg tag "$file_version" '{schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [$index + {annotations: {"org.opencontainers.image.ref.name": $tag}}]}' >"$oci/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$oci/oci-layout"
tar_of "$oci" oci-layout index.json blobs >"$out/pwru-$file_version-oci.tar"
