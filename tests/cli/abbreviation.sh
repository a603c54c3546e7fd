#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Options are written in full, with two dashes.
. "$(dirname "$0")/lib.sh"

refused 'unknown option --filter' --filter tcp
refused 'did you mean --filter-mark?' --filter-m 1
refused 'did you mean --output-stack?' --output-sta
refused 'did you mean --filter-func?' -filter-func=ip_rcv
refused 'did you mean --version?' -version
