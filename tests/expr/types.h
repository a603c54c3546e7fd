/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs with all kinds of members that the kernel's structs have, under the names that an
 * expression starts from. They are compiled for the BPF target for their BTF, and for this machine
 * for the values.
 */
#ifndef PWRU_TESTS_EXPR_TYPES_H
#define PWRU_TESTS_EXPR_TYPES_H

#include <stdbool.h>
#include <stddef.h>

typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;
typedef u16 __be16;
typedef u32 __be32;
typedef u64 __be64;
typedef u16 __sum16;

enum color { RED, GREEN = 5, BLUE };
enum level { LOW = -3, MIDDLE = 0, HIGH = 7 };
enum flags { FLAG_A = 1, FLAG_TOP = 0x80000000 };

struct in_addr {
  __be32 s_addr;
};

struct in6_addr {
  union {
    u8 u6_addr8[16];
    __be16 u6_addr16[8];
    __be32 u6_addr32[4];
  } in6_u;
};

struct net_device {
  char name[16];
  int ifindex;
  unsigned int mtu;
  const char* alias;
  struct net_device* next;
  u8 dev_addr[6];
  struct in_addr address;
  struct in6_addr address6;
};

struct iphdr {
  u8 ihl : 4, version : 4;
  u8 tos;
  __be16 tot_len;
  __be16 id;
  __be16 frag_off;
  u8 ttl;
  u8 protocol;
  __sum16 check;
  __be32 saddr;
  __be32 daddr;
};

struct bits {
  u32 one : 1;
  u32 seven : 7;
  s32 minus : 5;
  u32 wide : 19;
  u64 long_one : 40;
  s64 long_minus : 20;
  u8 low : 3, high : 5;
  u16 half : 9;
  u32 full : 32;
  bool yes : 1, no : 1;
};

struct inner {
  s16 small;
  struct {
    u32 deep;
    union {
      s64 as_signed;
      u8 as_bytes[8];
    };
  };
};

struct point {
  int x, y;
};

struct sk_buff {
  union {
    struct {
      struct sk_buff* next;
      struct net_device* dev;
    };
    u64 raw[2];
  };
  unsigned int len;
  s8 tiny;
  u8 pkt_type;
  s16 small;
  u32 mark;
  int negative;
  s64 big_negative;
  u64 big;
  unsigned long hash;
  long offset;
  bool ignore;
  char letter;
  __be16 protocol;
  __be32 peer_addr;
  __be64 be64;
  u8* head;
  u16 network_header;
  struct bits bits;
  struct inner in;
  enum color color;
  enum level level;
  enum flags flags;
  char cb[48];
  int numbers[5];
  struct point points[3];
  struct point* path;
  const void* nothing;
  struct net_device** devs;
  u32 grid[2][3];
  void (*destructor)(struct sk_buff*);
  const char* text;
  u8 mac[6];
};

#endif
