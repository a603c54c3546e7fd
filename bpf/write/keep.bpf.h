/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flight recorder, --on: a hit is kept in the path of its packet. When a trigger fires, the
 * path is sent with that hit's record, and whatever the packet meets afterwards is sent at once.
 */
#ifndef PWRU_BPF_KEEP_H
#define PWRU_BPF_KEEP_H

#include "bpf/follow/path.bpf.h"
#include "bpf/write/parts.bpf.h"

#define TCP_RST 4

/* Whether the function that was hit is a trigger. The verifier deletes those that are not set. */
static __always_inline bool fires_at(void *ctx)
{
	__u64 ip = hook_func_ip(ctx);

#define FIRES(n)                                                                                   \
	if (CFG(on[n].ip) && ip - CFG(on[n].ip) < PWRU_ENTRY_BYTES) {                              \
		if (CFG(on[n].arg) == 2)                                                           \
			return (__u32)hook_arg(ctx, 2) != (__u32)CFG(on[n].harmless);              \
		if (CFG(on[n].arg) == 3)                                                           \
			return (__u32)hook_arg(ctx, 3) != (__u32)CFG(on[n].harmless);              \
		return true;                                                                       \
	}
	_Static_assert(PWRU_TRIGGERS == 8, "all of them are looked at");
	FIRES(0)
	FIRES(1)
	FIRES(2)
	FIRES(3)
	FIRES(4)
	FIRES(5)
	FIRES(6)
	FIRES(7)
#undef FIRES
	return false;
}

#ifdef PWRU_CAST
/* fill_meta() without most of its loads, each of which has a check, where nothing has changed. */
static __always_inline void keep_meta(struct path *path, const struct pwru_event *last,
				      struct pwru_event *event, const struct skb_pos *pos)
{
	__u64 dev = SKB_ADDRESS(pos, dev), sk = SKB_ADDRESS(pos, sk),
	      refdst = SKB_FIELD(pos, _skb_refdst);

	/* Another CPU may have stored the hop of a clone, which is at another device. */
	if (!path->written || last->skb != event->skb || dev != path->dev || sk != path->sk ||
	    refdst != path->refdst) {
		fill_meta(event, pos, bpf_ntohs(SKB_FIELD(pos, protocol)));
		path->dev = dev;
		path->sk = sk;
		path->refdst = refdst;
		return;
	}
	event->mark = SKB_FIELD(pos, mark);
	event->len_bytes = SKB_FIELD(pos, len);
	event->proto = bpf_ntohs(SKB_FIELD(pos, protocol));
	event->netns = last->netns;
	event->ifindex = last->ifindex;
	event->mtu = last->mtu;
	*(__u64 *)event->ifname = *(const __u64 *)last->ifname;
	*(__u64 *)(event->ifname + 8) = *(const __u64 *)(last->ifname + 8);
}
#endif

/* Returns the part that was written, 0 for none. `plain_at` is the address of a header for
 * fill_plain_tuple(), or 0. */
static __always_inline __u32 keep_tuple(struct pwru_hop *hop, const struct skb_pos *pos,
					__u64 plain_at)
{
	struct ip_pos found = {};
	const struct ip_pos *ip;

	if (plain_at) {
		HEADER(header, plain_at, PWRU_ROUND_UP_8(PLAIN_HEADER_BYTES));

		if (is_plain_ip4(header)) {
			fill_plain_tuple((__u64 *)&hop->tuple4, header);
			return PWRU_PART_TUPLE4;
		}
	}
	ip = find_ip_of(pos, &found);
	read_tuple_of(&hop->tuple6, ip);
	return tuple_part(ip);
}

static __always_inline bool is_rst(const struct pwru_hop *hop, __u32 tuple)
{
	if (tuple == PWRU_PART_TUPLE4)
		return hop->tuple4.l4.tcp_flags & TCP_RST;
	return tuple && hop->tuple6.l4.tcp_flags & TCP_RST;
}

/*
 * Whether a hit is to be sent: a trigger fires, or has fired for its packet. If not, it is kept. Of
 * two CPUs that see one packet at once, as with clones, the later one may overwrite the other's
 * hop.
 */
static __always_inline bool is_to_send(void *ctx, const struct skb_pos *pos, __u64 plain_at,
				       __u64 skb, __u64 packet_id)
{
	bool fires = fires_at(ctx);
	struct path *path;
	struct pwru_hop *hop;
	__u64 written, now;
	__u32 tuple = 0;

	if (CFG(has_on_expr) && !fires && pos->skb)
		fires = pwru_on_expr(pos->skb);
	path = path_of(packet_id);
	if (!path)
		return fires;
	if (fires || path->has_fired) {
		path->has_fired = 1;
		return true;
	}
	now = bpf_ktime_get_ns();
	written = path->written;
	hop = &path->hop[written & (PWRU_HOPS - 1)];
	hop->event.ts_ns = now;
	hop->event.skb = skb;
	hop->event.packet_id = packet_id;
	hop->event.lost = bpf_get_smp_processor_id();
	fill_func(&hop->event, ctx);
	fill_task(&hop->event);
	if (CFG(parts) & PWRU_PART_META) {
#ifdef PWRU_CAST
		keep_meta(path, &path->hop[(written - 1) & (PWRU_HOPS - 1)].event, &hop->event,
			  pos);
#else
		fill_meta(&hop->event, pos, bpf_ntohs(SKB_FIELD(pos, protocol)));
#endif
	}
	if (CFG(parts) & (PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6))
		tuple = keep_tuple(hop, pos, plain_at);
	hop->event.parts = (CFG(parts) & (PWRU_PART_META | PWRU_PART_CALLER)) | tuple;
	barrier();
	hop->end_ns = now;
	if (!path->first_ns)
		path->first_ns = now;
	/* A packet of another CPU may have taken the place meanwhile. */
	if (path->packet_id != packet_id)
		return false;
	if ((CFG(on_slow_ns) && now - path->first_ns >= CFG(on_slow_ns)) ||
	    (CFG(on_rst) && is_rst(hop, tuple))) {
		path->has_fired = 1; /* this hit has a record of its own */
		return true;
	}
	path->written = written + 1;
	return false;
}

#endif
