#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An expression that libpcap refuses is bad usage, found before any privilege is needed.
. "$(dirname "$0")/lib.sh"

refused 'syntax error' tcp port
refused 'syntax error' 'tcp and ('
refused 'syntax error' tcp --output-stack and
# What follows -- is the filter, also when it looks like an option.
refused 'syntax error' -- --help
