// SPDX-License-Identifier: Apache-2.0
// Runs generated filters in the kernel, on a fake skb in a map (harness.bpf.c).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "filter/filter.h"
#include "tests/filter/harness_abi.h"

namespace pwru::test {

// How the generated code reads a packet (abi/filter.h). Hit: in place, in code that also finds the
// packet.
enum class Way { Cast, Copied, Hit };

// How a packet lies in an skb.
struct SkbView {
  bool has_ethernet = true;   // false: only an IP header is known, at the first byte
  bool is_pulled = false;     // skb->data behind the Ethernet header, as on the way in
  bool is_fresh = false;      // from a driver: network_header is not set yet
  bool is_pushed = false;     // the Ethernet header is at skb->data, and mac_header is not set yet
  bool is_tunnelled = false;  // no Ethernet header, and mac_header is that of the inner frame
  std::vector<size_t> frag_bytes =
      {};  // the last bytes of the packet, in page fragments of these sizes
  uint16_t vlan_proto = 0, vlan_tci = 0;  // an offloaded tag
  uint16_t protocol = 0;                  // skb->protocol
  // Where in the packet the frame or packet begins that a tunnel device of this host was given; 0:
  // none.
  uint16_t inner_frame_at = 0, inner_packet_at = 0;
  uint16_t pushed_tag_bytes = 0;  // between the Ethernet and the network header
  uint16_t taken_off_bytes =
      0;  // there as well: of a header that is no longer a part of the packet
  // Values that are no bytes of the packet.
  uint32_t mark = 0, hash = 0, iif = 0;
  uint16_t queue = 0;
};

class Harness {
 public:
  // Fails where BPF is not permitted; the error says why.
  [[nodiscard]] static Result<std::unique_ptr<Harness>> create();
  ~Harness();
  Harness(const Harness&) = delete;

  [[nodiscard]] const filter::CastIds& cast_ids() const { return cast_ids_; }
  // Compiles, links and loads a filter. The harness has room for one filter at a time.
  [[nodiscard]] Result<> load(const std::string& expression, Way way) {
    return load_programs({expression, "", ""}, way, {way == Way::Hit ? "hit" : "match"});
  }
  // Whether the expression can be made into a pwru_filter_hit().
  [[nodiscard]] Result<bool> can_hit(const std::string& expression) const;
  [[nodiscard]] Result<> load_timed(const std::string& expression, Way way) {
    return load_programs({expression, "", ""}, way, {"match", "match_repeated"});
  }
  // Loads the filters on the inside of a tunnel; "" is none.
  [[nodiscard]] Result<> load_tunnel(const std::string& l2, const std::string& l3, Way way) {
    return load_programs({"", l2, l3}, way,
                         {"match_tunnel", "show_tunnel", "show_tuple", "show_plain_tuple"});
  }
  void place(std::string_view packet, const SkbView& view);
  // The verdict on the packet that was placed last. Fails when the short way says otherwise.
  [[nodiscard]] Result<bool> run() const;
  // How many verdicts the short way of Way::Copied has given.
  [[nodiscard]] uint64_t short_ways() const { return state_->short_ways; }
  // The same for Way::Hit. Fails when the code found the packet at another place than skb_locate().
  // With an id the packet counts as followed.
  [[nodiscard]] Result<bool> run_hit(uint64_t packet_id) const;
  // The same for the filters of load_tunnel(); and the tunnel that the tracer would print.
  [[nodiscard]] Result<bool> run_tunnel() const { return run_program("match_tunnel"); }
  [[nodiscard]] Result<pwru_tunnel> read_tunnel() const;
  // The bytes of a struct pwru_tuple4 or pwru_tuple6, or none.
  [[nodiscard]] Result<std::string> read_tuple() const { return tuple_of("show_tuple"); }
  // The same by fill_plain_tuple().
  [[nodiscard]] Result<std::string> read_plain_tuple() const {
    return tuple_of("show_plain_tuple");
  }
  // The mean of many runs of load_timed()'s filter, as the kernel times them.
  [[nodiscard]] Result<double> nanoseconds_per_run() const;

 private:
  struct Expressions {
    std::string pcap, tunnel_l2, tunnel_l3;
  };

  Harness() = default;
  Result<> map_memory();
  // Loads only the programs of harness.bpf.c that are wanted, because verifying takes most of the
  // time.
  Result<> load_programs(const Expressions& expressions, Way way,
                         const std::vector<std::string>& wanted);
  Result<> open_object(const filter::PcapFilter& filter, const filter::HitFilter& hit,
                       const filter::TunnelFilter& tunnel, Way way);
  Result<uint32_t> retval_of(const char* name) const;
  Result<bool> run_program(const char* name) const;
  Result<std::string> tuple_of(const char* name) const;
  Result<filter::HitFilter> hit_filter(const std::string& expression) const;

  filter::CastIds cast_ids_;
  BpfObject object_;
  UniqueFd memory_fd_;
  harness_state* state_ = nullptr;
};

}  // namespace pwru::test
