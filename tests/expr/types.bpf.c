/* SPDX-License-Identifier: Apache-2.0 */
/* One variable of each type: BTF only declares, and does not define, a type that is only pointed
 * to. */
#include "tests/expr/types.h"

struct sk_buff skb;
struct net_device dev;
struct iphdr ip;
enum flags flags;
__be64 be64;
__sum16 sum16;
s8 signed_char;
s16 signed_short;
s64 signed_long;
unsigned long unsigned_long;
