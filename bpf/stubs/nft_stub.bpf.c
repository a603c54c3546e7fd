/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In the place of bpf/hooks/nft.bpf.c where no rule is looked for. */
#include "abi/nft.h"
#include <bpf/bpf_helpers.h>

__hidden int pwru_nft_verdict(__u64 skb __attribute__((unused)),
			      struct pwru_nft *nft __attribute__((unused)))
{
	return 0;
}
