#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A number must end with its last digit and lie within its limits.
. "$(dirname "$0")/lib.sh"

for lines in '' -1 x 1e3 1.5 18446744073709551616; do
    refused "--output-limit-lines '$lines': expected a number, 0 for no limit" \
        --output-limit-lines "$lines"
done
for batch in '' 0 -1 x 4294967296; do
    refused "--filter-kprobe-batch '$batch': expected a number greater than 0" \
        --filter-kprobe-batch "$batch"
done
for size in '' K -1 1T 1KB 1.5G 17179869184G; do
    refused "--output-buffer-size '$size': expected a number of bytes" --output-buffer-size "$size"
done
for megabytes in '' -1 x 1.5 4294967296; do
    refused "--output-file-max-size '$megabytes': expected a number of megabytes, 0 for 100" \
        --output-file-max-size "$megabytes"
done
for days in '' -1 x 36501; do
    refused "--output-file-max-age '$days': expected a number of days up to 36500, 0 for ever" \
        --output-file-max-age "$days"
done
for files in '' -1 x 4294967296; do
    refused "--output-file-max-backups '$files': expected a number of files, 0 for all" \
        --output-file-max-backups "$files"
done
