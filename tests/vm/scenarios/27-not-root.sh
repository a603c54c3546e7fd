# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # out, err, work: lib.sh
# Without privileges the exit code is 3, and the message says what is missing.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$PWRU" "$@"; }
status=0
as_nobody icmp >"$out" 2>"$err" || status=$?
expect_number "$status" -eq 3
expect_one_sentence
expect_stderr 'lacks CAP_BPF \(.* CAP_PERFMON \(.* CAP_SYSLOG \('
as_nobody --help >/dev/null 2>&1
as_nobody --version
