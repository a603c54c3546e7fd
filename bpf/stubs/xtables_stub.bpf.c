/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In the place of bpf/hooks/xtables.bpf.c where there are no tables of iptables-legacy. */
#include "abi/xtables.h"
#include <bpf/bpf_helpers.h>

__hidden int pwru_xt_verdict(__u64 skb __attribute__((unused)),
			     struct pwru_xt *xt __attribute__((unused)))
{
	return 0;
}
