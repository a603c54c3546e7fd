/* SPDX-License-Identifier: Apache-2.0 */
/* The values that the C compiler computes for the expressions, and the memory that they read. */
#ifndef PWRU_TESTS_EXPR_REFERENCE_H
#define PWRU_TESTS_EXPR_REFERENCE_H

#ifdef __cplusplus
extern "C" {
#endif

struct reference_case {
  const char* text;
  unsigned long long value;
};

/* Fills the structs, and returns the address of the struct sk_buff. */
const void* reference_skb(void);
/* The cases. Call reference_skb() first: it computes their values. */
const struct reference_case* reference_cases(unsigned* count);

#ifdef __cplusplus
}
#endif

#endif
