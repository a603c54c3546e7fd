/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a program reads from its context about what was hit. This is the only place that knows where
 * each kind of hook keeps it. bpf/hook.bpf.h says which kind of context an object has.
 */
#ifndef PWRU_BPF_ARGS_H
#define PWRU_BPF_ARGS_H

#include "abi/config.h"
#include "bpf/config.bpf.h"
#include "bpf/hook.bpf.h"
#include "bpf/kernel_types.h"
#include "bpf/read/skb.bpf.h"
#include <bpf/bpf_helpers.h>

/*
 * A function that takes the context. With registers it is global, so that the verifier looks at it
 * once, and knows the argument by the name of its struct. The context of other programs it does not
 * know there (before 6.8; then by a tag).
 */
#if HAS_REGS
#define WITH_CONTEXT __noinline
#define CONTEXT_TAG
typedef struct bpf_user_pt_regs_t hook_ctx;
#elif MASKS_IRQS /* younger than the tag */
#define WITH_CONTEXT __noinline
#define CONTEXT_TAG __attribute__((btf_decl_tag("arg:ctx")))
typedef void hook_ctx;
#else
#define CONTEXT_TAG
#define WITH_CONTEXT static __noinline
typedef void hook_ctx;
#endif

/* A number that is put in here when a copy is loaded for what is hit: PWRU_TARGET_*. */
#define TARGET_NUMBER(text)                                                                        \
	({                                                                                         \
		__u64 number_;                                                                     \
		asm("%0 = " text " ll" : "=r"(number_));                                           \
		number_;                                                                           \
	})

/* The address of what was hit. */
static __always_inline __u64 target_ip(void)
{
	return TARGET_NUMBER(PWRU_TARGET_IP_TEXT);
}

#if HAS_REGS

/* The nth argument; n is a constant from 1 to 5. */
static __always_inline __u64 hook_arg(void *ctx, int n)
{
	struct pt_regs *regs = ctx;

	switch (n) {
	case 1:
		return REGS_ARG1(regs);
	case 2:
		return REGS_ARG2(regs);
	case 3:
		return REGS_ARG3(regs);
	case 4:
		return REGS_ARG4(regs);
	default:
		return REGS_ARG5(regs);
	}
}

/*
 * The start of the function, or where the kprobe stands, which is near it. For fprobe
 * bpf_get_func_ip() knows the start, also with an endbr in front of the ftrace site.
 */
static __always_inline __u64 hook_func_ip(void *ctx)
{
	struct pt_regs *regs = ctx;

	return CFG(has_func_ip) ? bpf_get_func_ip(ctx) : REGS_PROBED_IP(regs);
}

/* At the entry of a function: where it will return to, and where that address lies. */
static __always_inline void hook_read_caller(void *ctx, __u64 *caller_ip)
{
	READ_CALLER((struct pt_regs *)ctx, caller_ip);
}

static __always_inline __u64 hook_sp(void *ctx)
{
	return REGS_SP((struct pt_regs *)ctx);
}

#ifdef REGS_FP
/* At the entry of a function, and at its return: its caller's frame record. */
static __always_inline __u64 hook_fp(void *ctx)
{
	return REGS_FP((struct pt_regs *)ctx);
}
#endif

/*
 * A number that the entry and the return of a call have in common, and no other call that is active
 * at that time: on x86 where the return address lies, which is popped at the return; on arm64 the
 * frame of the caller, because a return through ftrace's graph does not report the stack pointer.
 */
#ifdef REGS_FP
static __always_inline __u64 hook_call_at_entry(void *ctx)
{
	return hook_fp(ctx);
}

static __always_inline __u64 hook_call_at_return(void *ctx)
{
	return hook_fp(ctx);
}
#else
static __always_inline __u64 hook_call_at_entry(void *ctx)
{
	return hook_sp(ctx);
}

static __always_inline __u64 hook_call_at_return(void *ctx)
{
	return hook_sp(ctx) - 8;
}
#endif

/* At the return of a function. */
static __always_inline __u64 hook_result(void *ctx)
{
	return REGS_RESULT((struct pt_regs *)ctx);
}

#else

/*
 * bpf_get_func_arg() (Linux 5.17) gives a number, and 0 is left of an argument that the function
 * has not. To a direct read of ctx[] the verifier objects in both cases. A raw tracepoint has no
 * such helper, and refuses programs that read more arguments than it has: RAW_ARGS.
 */
#ifndef RAW_ARGS
#define RAW_ARGS 3
#endif
static __always_inline __u64 hook_arg(void *ctx, int n)
{
	__u64 value = 0;

#if MASKS_IRQS
	/* A helper takes twice as long. Of an argument that the function has not, it is what lies
	 * there: a kprobe finds what is in the register. */
	value = *(__u64 *)((char *)KERNEL_PTR(struct __kernel_sockaddr_storage, ctx) +
			   (n - 1) * sizeof(value));
#else
	if (CONTEXT == CONTEXT_ARGS)
		bpf_get_func_arg(ctx, n - 1, &value);
	else if (n <= RAW_ARGS)
		value = ((__u64 *)ctx)[n - 1];
#endif
	return value;
}

static __always_inline __u64 hook_func_ip(void *ctx)
{
	return CFG(has_func_ip) ? bpf_get_func_ip(ctx) : target_ip();
}

/* Neither the stack pointer nor the caller is known. */
static __always_inline void hook_read_caller(void *ctx __attribute__((unused)), __u64 *caller_ip)
{
	*caller_ip = 0;
}

static __always_inline __u64 hook_sp(void *ctx __attribute__((unused)))
{
	return 0;
}

static __always_inline __u64 hook_fp(void *ctx __attribute__((unused)))
{
	return 0;
}

#endif

/* One value: by the hash of an address the position, 0 for an address that is not probed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64); /* its size is set before loading */
} arg_table SEC(".maps");

#if MASKS_IRQS

/* The skb, for a program of functions that have it at different positions: each link says where. */
static __always_inline __u64 skb_argument(void *ctx)
{
	__u64 skb = 0;

	bpf_get_func_arg(ctx, bpf_get_attach_cookie(ctx) - 1, &skb);
	return skb;
}

#else

/*
 * The skb, for a program of functions that have it at different positions; 0 when the table does
 * not know the function. Without the barriers the compiler makes one load at a computed offset of
 * the registers, which the verifier refuses.
 */
static __always_inline __u64 skb_argument(void *ctx)
{
	__u32 zero = 0,
	      slot = PWRU_ARG_SLOT(bpf_get_func_ip(ctx), CFG(arg_multiplier), CFG(arg_shift));
	const __u8 *positions = bpf_map_lookup_elem(&arg_table, &zero);
	__u64 skb = 0;

	if (!positions)
		return 0;
	switch (positions[slot]) {
	case 2:
		skb = hook_arg(ctx, 2);
		barrier_var(skb);
		break;
	case 3:
		skb = hook_arg(ctx, 3);
		barrier_var(skb);
		break;
	case 4:
		skb = hook_arg(ctx, 4);
		barrier_var(skb);
		break;
	case 5:
		skb = hook_arg(ctx, 5);
		barrier_var(skb);
		break;
	}
	return skb;
}

#endif

#endif
