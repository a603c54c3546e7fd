// SPDX-License-Identifier: Apache-2.0
// Turns events into records. This is the only place that looks up what the numbers of an event
// mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "expr/values.h"
#include "kernel/btf/btf.h"
#include "kernel/netfilter/nft_rules.h"
#include "kernel/netfilter/xt_rules.h"
#include "kernel/proc/bound_ports.h"
#include "kernel/proc/netns_names.h"
#include "resolve/last_seen.h"
#include "resolve/map_types.h"
#include "resolve/names.h"
#include "resolve/record.h"
#include "resolve/shared_info_text.h"
#include "resolve/struct_text.h"
#include "resolve/wall_clock.h"

namespace pwru::resolve {

// What costs time and is therefore looked up only when it is asked for.
struct Wanted {
  bool caller = false;
  bool since_last = false;
  bool wall_time = false;
  bool skb_dump = false;
  bool shared_info_dump = false;
  std::optional<kernel::NetnsNames> netns_names;
  std::function<std::string_view(const kernel::NftRuleName&, uint64_t ts_ns)>
      rule_text;  // for Nft::text
  std::function<std::string_view(const kernel::XtRuleName&, uint64_t ts_ns)>
      xt_rule_text;  // for Xt::text
  // For Record::lookups, when the rest of the record is there. Its views are valid until the next
  // call.
  std::function<std::optional<Lookups>(const Record&)> look_up;
  MapTypes::Load load_map_types = nullptr;  // for MapCall::key_text and value_text
  bool refusals = false;  // functions that refuse packets are shown with those only
  std::vector<expr::Value> socket_values;  // behind those of the skb, for the diagnosis
  size_t socket_at = 0;                    // where in the bytes of an event they are
  std::vector<expr::Value> skb_values;     // the expressions whose values events have
  size_t readings = 0;                     // the last ones of these are Record::readings
  std::vector<expr::Value> xdp_values;     // the same for the events of XDP programs
};

// What is known of the kernel. Functions, symbols and reasons may change later, when modules come.
struct Facts {
  const kernel::Functions& functions;
  const kernel::Symbols& symbols;
  const kernel::DropReasons& reasons;
  const kernel::Btf& btf;
  const kernel::Btf& value_types;  // what the values of expressions are made of
};

class Resolver {
 public:
  // `facts` must outlive the resolver. Fails when BTF does not have a struct that is to be dumped.
  [[nodiscard]] static Result<Resolver> create(Wanted wanted, const Facts& facts);

  // The record is valid until the next call. Events must come in the order of their time.
  [[nodiscard]] const Record& resolve(const event::Event& event);

  // To be told of modules and BPF programs that are loaded or unloaded.
  [[nodiscard]] Names& names() { return names_; }
  // From now on for Record::ports.
  void ask_for_ports(kernel::BoundPorts ports) { ports_ = std::move(ports); }
  // From now on for Record::source. Its views are valid until the next call.
  using SourceOf = std::function<std::string_view(const Record&)>;
  void ask_for_sources(SourceOf source_of) { source_of_ = std::move(source_of); }

 private:
  Resolver(Wanted wanted, const Facts& facts);

  void set_times(const event::Event& event);
  void set_packet(const event::Event& event);
  void set_function(const event::Event& event);
  void set_stack(const event::Event& event);
  void set_cb(const event::Event& event);
  void set_values(const event::Event& event);
  void set_ports();
  void set_nft(const pwru_nft& from);
  void set_xt(const pwru_xt& from);
  void set_map_call(const event::BpfMapCall& call);
  void set_dumps(const event::Event& event);

  Wanted wanted_;
  Names names_;
  LastSeen last_seen_;
  WallClock wall_clock_;
  std::optional<MapTypes> map_types_;
  std::optional<StructText> skb_text_;
  std::optional<SharedInfoText> shared_info_text_;
  using Bytes = std::span<const std::byte>;
  std::optional<expr::ValueText> skb_values_, socket_values_;
  std::optional<expr::ValueText> xdp_values_;

  Record record_;
  // The views of the record point to these.
  std::vector<std::string_view> stack_;
  std::vector<uint64_t> stack_addrs_;
  std::vector<uint32_t> cb_;
  std::vector<std::string> value_texts_;
  std::vector<Value> values_;
  SourceOf source_of_;
  std::optional<kernel::BoundPorts> ports_;
  std::string open_at_, open_in_;
  std::string nft_table_, nft_chain_, nft_expr_, nft_text_;
  std::string xt_table_, xt_chain_, xt_bpf_name_, xt_text_;
  std::string map_name_;
  std::vector<std::byte> map_key_;
  std::vector<std::byte> map_value_;
};

}  // namespace pwru::resolve
