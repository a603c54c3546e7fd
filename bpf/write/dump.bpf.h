/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of the packet that is copied into the record as it is. */
#ifndef PWRU_BPF_DUMP_H
#define PWRU_BPF_DUMP_H

#include "abi/event.h"
#include "bpf/read/skb.bpf.h"

/* __sk_buff->cb[], which TC programs see, is the part of skb->cb that qdiscs leave to them. */
static __always_inline void copy_cb(struct pwru_cb *cb, __u64 skb)
{
	const __u32 offset = bpf_core_field_offset(struct sk_buff, cb) +
			     bpf_core_field_offset(struct qdisc_skb_cb, data);

	bpf_probe_read_kernel(cb->words, sizeof(cb->words), (void *)skb + offset);
	cb->pad0 = 0;
}

/* skb_shinfo(): behind the data; `end` is an offset on 64-bit kernels. */
static __always_inline void copy_shared_info(void *dst, const struct skb_pos *pos)
{
	struct sk_buff *skb = KERNEL_PTR(struct sk_buff, pos->skb);

	bpf_probe_read_kernel(dst, CFG(shinfo_bytes), (void *)(pos->head + KERNEL_READ(skb, end)));
}

#endif
