/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The counters that the programs share with each other and with user space. */
#ifndef PWRU_BPF_SHARED_H
#define PWRU_BPF_SHARED_H

#include "abi/event.h"
#include "abi/ring.h"
#include "bpf/config.bpf.h"
#include "bpf/kernel_types.h"
#include <bpf/bpf_helpers.h>

struct pwru_shared shared;

/* By number: the CPU's, or CFG(cpus) more. Never out of bounds. */
static __always_inline struct pwru_ring *ring_of(__u32 number)
{
	return &shared.ring[number & (2 * PWRU_MAX_CPUS - 1)];
}

#endif
