/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What user space fixes before the program is loaded. Each use is an instruction of its own that
 * loads a number, which stands for a field until src/program/constants.cc puts its value there. So
 * the verifier deletes the branches that are not wanted, and nothing is left of the question: of a
 * constant in read-only data the load stays, which was a third of a hit that does not match.
 */
#ifndef PWRU_BPF_CONFIG_H
#define PWRU_BPF_CONFIG_H

#include "abi/config.h"

/* The value of a field of struct pwru_config, as a __u64. */
#define CFG(field)                                                                                 \
	({                                                                                         \
		__u64 value_;                                                                      \
		asm volatile("%0 = %1 ll" : "=r"(value_) : "i"(PWRU_CONSTANT(field)));             \
		value_;                                                                            \
	})

#endif
