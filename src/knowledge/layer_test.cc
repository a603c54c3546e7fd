// SPDX-License-Identifier: Apache-2.0
#include "knowledge/layer.h"

#include <gtest/gtest.h>

namespace pwru::knowledge {
namespace {

TEST(Layer, IsAWordOfTheUser) {
  EXPECT_EQ(layer_of("ip_rcv"), "IP receive");
  EXPECT_EQ(layer_of("ip_rcv_core.isra.0"), "IP receive");
  EXPECT_EQ(layer_of("udp_v4_early_demux"), "IP receive");
  EXPECT_EQ(layer_of("udp_rcv"), "UDP");
  EXPECT_EQ(layer_of("ip_forward"), "IP forward");
  EXPECT_EQ(layer_of("__ip_local_out"), "IP send");
  EXPECT_EQ(layer_of("nf_hook_slow"), "netfilter");
  EXPECT_EQ(layer_of("nft_do_chain[nf_tables]"), "netfilter");
  EXPECT_EQ(layer_of("nf_nat_inet_fn[nf_nat]"), "NAT");
  EXPECT_EQ(layer_of("nf_conntrack_in[nf_conntrack]"), "conntrack");
  EXPECT_EQ(layer_of("br_nf_pre_routing[br_netfilter]"), "bridge netfilter");
  EXPECT_EQ(layer_of("br_handle_frame[bridge]"), "bridge");
  EXPECT_EQ(layer_of("vxlan_rcv[vxlan]"), "VXLAN");
  EXPECT_EQ(layer_of("__dev_queue_xmit"), "transmit");
  EXPECT_EQ(layer_of("sch_direct_xmit"), "qdisc");
  EXPECT_EQ(layer_of("skb_release_data"), kFreeing);
  EXPECT_EQ(layer_of("tp:netif_receive_skb"), "receive");
  EXPECT_EQ(layer_of("tp:kfree_skb"), "");
}

TEST(Layer, OfAProgramIsItsName) {
  EXPECT_EQ(layer_of("from_container(tc)"), "from_container(tc)");
  EXPECT_EQ(layer_of("filter_in(xdp)"), "filter_in(xdp)");
}

TEST(Layer, IsNotOfFunctionsThatOnlyWork) {
  for (const char* name : {"skb_push", "kfree_skb_reason", "consume_skb", "eth_type_trans",
                           "pskb_expand_head", "__xfrm_decode_session", "__ip_options_echo"})
    EXPECT_EQ(layer_of(name), "") << name;
}

}  // namespace
}  // namespace pwru::knowledge
