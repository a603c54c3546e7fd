/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hold_packets QUEUE COUNT: holds the packets that NFQUEUE puts into that queue until there are
 * COUNT of them, then lets them go on in their order, and ends.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 16

/* A message with one attribute. */
struct message {
  struct nlmsghdr header;
  struct nfgenmsg to;
  struct nlattr attribute;
  char value[16];
};

static int say(int fd, int queue, int type, int attribute, const void* value, size_t bytes) {
  struct message message = {
      .header = {.nlmsg_len = (unsigned)(NLMSG_LENGTH(sizeof(struct nfgenmsg)) + NLA_HDRLEN +
                                         NLA_ALIGN(bytes)),
                 .nlmsg_type = (unsigned short)(NFNL_SUBSYS_QUEUE << 8 | type),
                 .nlmsg_flags = NLM_F_REQUEST},
      .to = {.nfgen_family = AF_UNSPEC,
             .version = NFNETLINK_V0,
             .res_id = htons((unsigned short)queue)},
      .attribute = {.nla_len = (unsigned short)(NLA_HDRLEN + bytes),
                    .nla_type = (unsigned short)attribute}};

  memcpy(message.value, value, bytes);
  return send(fd, &message, message.header.nlmsg_len, 0) < 0 ? -1 : 0;
}

/* The id of a packet; none in another message. */
static int id_of(const char* bytes, unsigned* id) {
  const struct nlmsghdr* header = (const struct nlmsghdr*)bytes;
  const char* at = bytes + NLMSG_LENGTH(sizeof(struct nfgenmsg));
  const char* end = bytes + header->nlmsg_len;

  if (header->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET)) return 0;
  while (at + NLA_HDRLEN <= end) {
    const struct nlattr* attribute = (const struct nlattr*)at;

    if ((attribute->nla_type & NLA_TYPE_MASK) == NFQA_PACKET_HDR) {
      memcpy(id, at + NLA_HDRLEN, sizeof(*id));
      return 1;
    }
    if (attribute->nla_len < NLA_HDRLEN) break;
    at += NLA_ALIGN(attribute->nla_len);
  }
  return 0;
}

int main(int argc, char** argv) {
  const struct nfqnl_msg_config_cmd bind_queue = {.command = NFQNL_CFG_CMD_BIND};
  const struct nfqnl_msg_config_params no_bytes = {.copy_mode = NFQNL_COPY_META};
  const int queue = atoi(argc == 3 ? argv[1] : "0"), count = atoi(argc == 3 ? argv[2] : "0");
  const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  unsigned ids[MOST];
  char bytes[8192];
  int held = 0;

  if (count < 1 || count > MOST || fd < 0 ||
      say(fd, queue, NFQNL_MSG_CONFIG, NFQA_CFG_CMD, &bind_queue, sizeof(bind_queue)) != 0 ||
      say(fd, queue, NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, &no_bytes, sizeof(no_bytes)) != 0) {
    perror("hold_packets QUEUE COUNT: take the queue");
    return 1;
  }
  while (held < count && recv(fd, bytes, sizeof(bytes), 0) > 0) held += id_of(bytes, &ids[held]);
  for (int n = 0; n < held; n++) {
    const struct nfqnl_msg_verdict_hdr accept = {.verdict = htonl(NF_ACCEPT), .id = ids[n]};

    if (say(fd, queue, NFQNL_MSG_VERDICT, NFQA_VERDICT_HDR, &accept, sizeof(accept)) != 0) return 1;
  }
  return held == count ? 0 : 1;
}
