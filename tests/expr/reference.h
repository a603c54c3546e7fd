/* SPDX-License-Identifier: Apache-2.0 */
/* The values that the C compiler gives the expressions, and the memory they are about. */
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
/* The cases; their values once reference_skb() was called. */
const struct reference_case* reference_cases(unsigned* count);

#ifdef __cplusplus
}
#endif

#endif
