#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A pattern that RE2 refuses is an error before anything else is tried, with the reason.
. "$(dirname "$0")/lib.sh"

refused "--filter-func 'tcp_(': expected a regular expression in RE2 syntax (missing ): tcp_()" \
    --filter-func 'tcp_('
refused 'invalid perl operator: (?=' --filter-func='(?=tcp)'
refused "no argument for repetition operator: *); did you mean '.*'?" --filter-func '*'
refused "--filter-func '@drop|ip_rcv': there is no word @drop; the only one is @drops" --filter-func '@drop|ip_rcv'
