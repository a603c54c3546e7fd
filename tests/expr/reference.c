/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/expr/reference.h"

#include <string.h>

#include "tests/expr/types.h"

static struct sk_buff packet;
static struct net_device eth0, lo;
static struct net_device* devices[2] = {&eth0, &lo};
static struct point path[4] = {{1, 2}, {-3, 4}, {5, -6}, {7, 8}};
static u8 head[64];

#define SAME(text) +1
enum {
  CASES = 0
#include "tests/expr/cases.h"
};
#undef SAME
static struct reference_case cases[CASES];

static void fill_devices(void) {
  memcpy(eth0.name, "eth0\0junk", 10);
  eth0.ifindex = 7;
  eth0.mtu = 1500;
  eth0.alias = "uplink to the lab";
  eth0.next = &lo;
  memcpy(eth0.dev_addr, "\x02\x00\x5e\x10\x00\x01", 6);
  memcpy(&eth0.address, "\x0a\x01\x02\x03", 4);
  memcpy(&eth0.address6, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  memcpy(lo.name, "0123456789abcdef", 16);
  lo.ifindex = 1;
  lo.mtu = 65536;
}

static void fill_head(void) {
  struct iphdr* ip = (struct iphdr*)(head + 20);

  for (unsigned i = 0; i < sizeof(head); i++) head[i] = i * 37 + 11;
  ip->version = 4;
  ip->ihl = 5;
  ip->ttl = 64;
  ip->protocol = 17;
  memcpy(&ip->tot_len, "\x05\xdc", 2);
  memcpy(&ip->frag_off, "\x40\x00", 2);
  memcpy(&ip->check, "\x12\x34", 2);
  memcpy(&ip->saddr, "\x0a\0\0\x01", 4);
  memcpy(&ip->daddr, "\xc0\xa8\x01\x02", 4);
}

static void fill_bits(struct bits* bits) {
  bits->one = 1;
  bits->seven = 0x55;
  bits->minus = -9;
  bits->wide = 0x7abcd;
  bits->long_one = 0xabcdef0123;
  bits->long_minus = -77777;
  bits->low = 5;
  bits->high = 19;
  bits->half = 333;
  bits->full = 0x89abcdef;
  bits->yes = true;
}

const void* reference_skb(void) {
  struct sk_buff* skb = &packet;
  unsigned n = 0;

  fill_devices();
  fill_head();
  fill_bits(&skb->bits);
  skb->dev = &eth0;
  skb->len = 1500;
  skb->tiny = -5;
  skb->pkt_type = 3;
  skb->small = -300;
  skb->mark = 0x80000001;
  skb->negative = -123456;
  skb->big_negative = -1234567890123;
  skb->big = 0xfedcba9876543210;
  skb->hash = 0xdeadbeef;
  skb->offset = -42;
  skb->ignore = true;
  skb->letter = 'x';
  memcpy(&skb->protocol, "\x08\x00", 2);
  memcpy(&skb->peer_addr, "\xc0\xa8\0\x01", 4);
  memcpy(&skb->be64, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
  skb->head = head;
  skb->network_header = 20;
  skb->in.small = -2;
  skb->in.deep = 4000000000;
  skb->in.as_signed = -2;
  skb->color = GREEN;
  skb->level = LOW;
  skb->flags = FLAG_TOP;
  for (unsigned i = 0; i < sizeof(skb->cb); i++) skb->cb[i] = i * 29 - 100;
  for (int i = 0; i < 5; i++) skb->numbers[i] = i * 1000 - 1500;
  for (int i = 0; i < 3; i++) skb->points[i] = (struct point){10 * i - 5, -i};
  skb->path = path;
  skb->devs = devices;
  for (unsigned i = 0; i < 6; i++) skb->grid[i / 3][i % 3] = i + 100;
  skb->text = "hello";
  memcpy(skb->mac, "\xaa\xbb\xcc\xdd\xee\xff", 6);
#define SAME(text) cases[n++] = (struct reference_case){#text, (unsigned long long)(text)};
#include "tests/expr/cases.h"
  return &packet;
}

const struct reference_case* reference_cases(unsigned* count) {
  *count = CASES;
  return cases;
}
