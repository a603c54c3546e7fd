// SPDX-License-Identifier: Apache-2.0
#include "plan/tracepoints.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::plan {
namespace {

std::vector<std::string> programs_for(const cli::Options& options) {
  kernel::BtfBuilder types;
  const uint32_t nothing = types.pointer(0);
  const uint32_t skb = types.pointer(types.structure("sk_buff", 232));
  for (const char* name : {"consume_skb", "net_dev_start_xmit", "net_dev_xmit", "netif_rx"})
    types.add(BTF_KIND_TYPEDEF, std::string("btf_trace_") + name,
              types.pointer(types.prototype({nothing, skb})));
  const auto btf = kernel::Btf::parse(types.bytes(), nullptr);
  const auto sites = find_tracepoints(options, **btf, {});
  std::vector<std::string> programs;
  for (const TracepointSite& site : sites->found) programs.emplace_back(site.program);
  return programs;
}

// A note that was made before net_dev_xmit was attached would stay.
TEST(TracepointSites, WhatNotesPacketsIsAttachedLast) {
  EXPECT_EQ(programs_for({}), (std::vector<std::string>{"consume", "sent", "1", "send"}));
  cli::Options options;
  options.filter_func = *cli::read_func_filter("net_dev_xmit");
  EXPECT_EQ(programs_for(options), (std::vector<std::string>{"sent", "note"}));
  // As it is printed.
  options.filter_func = *cli::read_func_filter("tp:net_dev_xmit");
  EXPECT_EQ(programs_for(options), (std::vector<std::string>{"sent", "note"}));
}

// A program that reads an argument which the tracepoint has not is refused.
TEST(TracepointSites, KfreeSkbHasAProgramForItsArguments) {
  kernel::BtfBuilder types;
  const uint32_t nothing = types.pointer(0);
  const uint32_t skb = types.pointer(types.structure("sk_buff", 232));
  const uint32_t reason = types.add(BTF_KIND_ENUM, "skb_drop_reason", 4, {}, 0);
  const auto program = [&](const std::vector<uint32_t>& arguments) {
    kernel::BtfBuilder with_tracepoint = types;
    with_tracepoint.add(BTF_KIND_TYPEDEF, "btf_trace_kfree_skb",
                        with_tracepoint.pointer(with_tracepoint.prototype(arguments)));
    const auto btf = kernel::Btf::parse(with_tracepoint.bytes(), nullptr);
    return std::string(find_tracepoints({}, **btf, {})->found.front().program);
  };
  EXPECT_EQ(program({nothing, skb, nothing}), "free");
  EXPECT_EQ(program({nothing, skb, nothing, reason}), "drop");
  EXPECT_EQ(program({nothing, skb, nothing, reason, nothing}), "drop_sock");
}

}  // namespace
}  // namespace pwru::plan
