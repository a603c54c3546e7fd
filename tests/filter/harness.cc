// SPDX-License-Identifier: Apache-2.0
#include "tests/filter/harness.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "abi/config.h"
#include "program/constants.h"
#include "program/libbpf_log.h"
#include "program/link.h"

extern "C" {
extern const char filter_harness_cast_begin[], filter_harness_cast_end[];
extern const char filter_harness_copy_begin[], filter_harness_copy_end[];
}

namespace pwru::test {
namespace {

constexpr size_t kHeadroom = 64;
constexpr uint64_t kVmemmapBase = 0xffffea0000000000;  // any number will do
constexpr size_t kPageBytes = 4096;
constexpr size_t kEthernetBytes = 14;
constexpr uint16_t kHeaderUnset = 0xffff;
constexpr size_t kTunnelBytes = 36;  // IPv4, UDP and VXLAN: a frame follows

// struct bio_vec and, since 6.9, struct skb_frag have these members.
struct Frag {
  uint64_t page;
  uint32_t len, offset;
};

size_t map_bytes() { return (sizeof(harness_state) + kPageBytes - 1) / kPageBytes * kPageBytes; }

uint16_t swapped(uint16_t value) { return static_cast<uint16_t>(value >> 8 | value << 8); }

template <class T>
void put(uint8_t* where, size_t offset, T value) {
  std::memcpy(where + offset, &value, sizeof(value));
}

std::string_view harness_object(Way way) {
  const bool is_cast = way != Way::Copied;
  const char* const begin = is_cast ? filter_harness_cast_begin : filter_harness_copy_begin;
  const char* const end = is_cast ? filter_harness_cast_end : filter_harness_copy_end;
  return {begin, static_cast<size_t>(end - begin)};
}

Result<int> program_fd(bpf_object* object, const char* name) {
  const bpf_program* const program = bpf_object__find_program_by_name(object, name);
  if (!program) return fail(fmt::format("no program {}", name));
  return bpf_program__fd(program);
}

}  // namespace

Result<std::unique_ptr<Harness>> Harness::create() {
  program::capture_libbpf_log(false);
  std::unique_ptr<Harness> harness(new Harness);
  const BtfHandle btf(btf__load_vmlinux_btf());
  if (!btf) return sys_fail("read the kernel's BTF");
  const int cast = btf__find_by_name_kind(btf.get(), "bpf_rdonly_cast", BTF_KIND_FUNC);
  const int window =
      btf__find_by_name_kind(btf.get(), "__kernel_sockaddr_storage", BTF_KIND_STRUCT);
  if (cast > 0 && window > 0)
    harness->cast_ids_ = {static_cast<uint32_t>(cast), static_cast<uint32_t>(window)};
  PWRU_TRY(harness->map_memory());
  return harness;
}

Harness::~Harness() {
  if (state_) ::munmap(state_, map_bytes());
}

// The memory lives longer than the programs, because its address must be known before they are
// loaded.
Result<> Harness::map_memory() {
  PWRU_TRY(load_programs({}, Way::Copied, {"locate"}));
  const bpf_map* const bss = bpf_object__find_map_by_name(object_.get(), ".bss");
  memory_fd_.reset(::fcntl(bpf_map__fd(bss), F_DUPFD_CLOEXEC, 0));
  void* const memory =
      ::mmap(nullptr, map_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd_.get(), 0);
  if (memory == MAP_FAILED) return sys_fail("map the harness's memory");
  state_ = static_cast<harness_state*>(memory);
  PWRU_ASSIGN(const int locate, program_fd(object_.get(), "locate"));
  LIBBPF_OPTS(bpf_test_run_opts, opts);
  if (const int error = bpf_prog_test_run_opts(locate, &opts); error)
    return sys_fail("run a BPF program", -error);
  const fake_layout& layout = state_->layout;
  if (layout.skb_bytes > FAKE_SKB_BYTES) return fail("struct sk_buff is larger than expected");
  state_->memory.vmemmap_base = kVmemmapBase;
  state_->memory.page_offset_base = layout.memory + offsetof(fake_memory, pages);
  return {};
}

Result<> Harness::load_programs(const Expressions& expressions, Way way,
                                const std::vector<std::string>& wanted) {
  const filter::CastIds ids = way == Way::Copied ? filter::CastIds{} : cast_ids_;
  PWRU_ASSIGN(const auto filter, filter::compile_pcap(expressions.pcap, ids));
  PWRU_ASSIGN(const auto tunnel,
              filter::compile_tunnel(expressions.tunnel_l2, expressions.tunnel_l3, ids));
  PWRU_ASSIGN(const auto hit, hit_filter(expressions.pcap));
  PWRU_TRY(open_object(filter, hit, tunnel, way));
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    const char* const name = bpf_program__name(program);
    bpf_program__set_autoload(program,
                              std::find(wanted.begin(), wanted.end(), name) != wanted.end());
  }
  if (const int error = bpf_object__load(object_.get()); error) {
    return sys_fail(
        fmt::format("load the filter into the kernel ({})", program::take_libbpf_reason()), -error);
  }
  return {};
}

// Generated as for a tracer that follows packets, because that does the most.
Result<filter::HitFilter> Harness::hit_filter(const std::string& expression) const {
  if (!state_) return filter::generate_hit({}, {}, {}, false);
  const fake_layout& layout = state_->layout;
  PWRU_ASSIGN(const auto parsed, filter::parse_pcap(expression));
  return filter::generate_hit(parsed, cast_ids_,
                              {layout.network_header, layout.mac_header, layout.tail, layout.head,
                               layout.data, layout.protocol},
                              true);
}

Result<bool> Harness::can_hit(const std::string& expression) const {
  PWRU_ASSIGN(const auto filter, hit_filter(expression));
  return !filter.object.empty();
}

Result<> Harness::open_object(const filter::PcapFilter& filter, const filter::HitFilter& hit,
                              const filter::TunnelFilter& tunnel, Way way) {
  std::vector<std::string_view> parts = {harness_object(way), filter.l2_object, filter.l3_object,
                                         tunnel.l2_object, tunnel.l3_object};
  if (way != Way::Copied) parts.push_back(way == Way::Hit ? hit.object : hit.unused);
  PWRU_ASSIGN(std::string elf, program::link_objects(parts));
  pwru_config config = {};
  config.has_pcap = 1;
  config.filter_copies = filter.copies;
  config.copy_bytes = filter.copy_bytes;
  config.filter_sees_vlan = filter.sees_vlan;
  config.filter_reads_len = filter.reads_len;
  config.filter_ancillary = filter.reads_ancillary;
  config.has_tunnel_l2 = tunnel.has_l2;
  config.has_tunnel_l3 = tunnel.has_l3;
  config.page_shift = 12;
  if (state_) {
    pwru_set_copies(&config, state_->layout.dev, state_->layout.protocol, state_->layout.data);
    config.vmemmap_base = state_->layout.memory + offsetof(fake_memory, vmemmap_base);
    config.page_offset_base = state_->layout.memory + offsetof(fake_memory, page_offset_base);
  }
  PWRU_TRY(program::set_constants(elf, config));
  object_.reset(bpf_object__open_mem(elf.data(), elf.size(), nullptr));
  if (!object_) return sys_fail("open the linked object: " + program::take_libbpf_reason());
  if (state_ &&
      bpf_map__reuse_fd(bpf_object__find_map_by_name(object_.get(), ".bss"), memory_fd_.get()) != 0)
    return sys_fail("share the harness's memory");
  return {};
}

void Harness::place(std::string_view packet, const SkbView& view) {
  const fake_layout& layout = state_->layout;
  fake_memory& memory = state_->memory;
  const size_t paged = std::accumulate(view.frag_bytes.begin(), view.frag_bytes.end(), size_t{0});
  const size_t linear = packet.size() - paged;
  // A load past the end must find neither zeros by chance nor the packet before.
  std::memset(memory.head, 0xa5, sizeof(memory.head));
  std::memcpy(memory.head + kHeadroom, packet.data(), linear);

  const size_t pulled = view.is_pulled ? kEthernetBytes : 0;
  const uint64_t head = layout.memory + offsetof(fake_memory, head);
  std::memset(memory.skb, 0, sizeof(memory.skb));
  put<uint64_t>(memory.skb, layout.head, head);
  put<uint64_t>(memory.skb, layout.data, head + kHeadroom + pulled);
  put<uint32_t>(memory.skb, layout.tail, static_cast<uint32_t>(kHeadroom + linear));
  put<uint32_t>(memory.skb, layout.end, FAKE_HEAD_BYTES);
  put<uint32_t>(memory.skb, layout.len, static_cast<uint32_t>(packet.size() - pulled));
  put<uint32_t>(memory.skb, layout.data_len, static_cast<uint32_t>(paged));
  const bool is_unset = !view.has_ethernet || view.is_pushed;
  const uint16_t inside = kHeadroom + kTunnelBytes;
  put<uint16_t>(memory.skb, layout.mac_header,
                view.is_tunnelled ? inside
                : is_unset        ? kHeaderUnset
                                  : static_cast<uint16_t>(kHeadroom));
  const size_t l2_bytes =
      view.has_ethernet ? kEthernetBytes + view.pushed_tag_bytes + view.taken_off_bytes : 0;
  put<uint16_t>(memory.skb, layout.network_header,
                static_cast<uint16_t>(view.is_fresh ? 0 : kHeadroom + l2_bytes));
  put(memory.skb, layout.protocol, swapped(view.protocol));
  put(memory.skb, layout.mark, view.mark);
  put(memory.skb, layout.hash, view.hash);
  put(memory.skb, layout.skb_iif, view.iif);
  put(memory.skb, layout.queue_mapping, view.queue);
  put(memory.skb, layout.vlan_proto, swapped(view.vlan_proto));
  put<uint16_t>(memory.skb, layout.vlan_tci, view.vlan_tci);
  if (view.inner_frame_at)
    put<uint16_t>(memory.skb, layout.inner_mac_header,
                  static_cast<uint16_t>(kHeadroom + view.inner_frame_at));
  if (view.inner_packet_at)
    put<uint16_t>(memory.skb, layout.inner_network_header,
                  static_cast<uint16_t>(kHeadroom + view.inner_packet_at));
  if (view.vlan_proto)
    memory.skb[layout.vlan_present] |= static_cast<uint8_t>(layout.vlan_present_mask);

  // The fragments lie one page apart, each at another offset within its page.
  std::memset(memory.shinfo, 0, sizeof(memory.shinfo));
  put<uint8_t>(memory.shinfo, layout.nr_frags, static_cast<uint8_t>(view.frag_bytes.size()));
  size_t from = linear;
  for (size_t i = 0; i < view.frag_bytes.size(); i++) {
    const Frag frag = {kVmemmapBase + i * layout.page_bytes,
                       static_cast<uint32_t>(view.frag_bytes[i]), static_cast<uint32_t>(16 + i)};
    put(memory.shinfo, layout.frags + i * sizeof(frag), frag);
    std::memcpy(memory.pages + i * kPageBytes + frag.offset, packet.data() + from, frag.len);
    from += frag.len;
  }
}

Result<uint32_t> Harness::retval_of(const char* name) const {
  PWRU_ASSIGN(const int program, program_fd(object_.get(), name));
  LIBBPF_OPTS(bpf_test_run_opts, opts);
  if (const int error = bpf_prog_test_run_opts(program, &opts); error)
    return sys_fail("run the filter", -error);
  return opts.retval;
}

Result<bool> Harness::run_program(const char* name) const {
  PWRU_ASSIGN(const uint32_t retval, retval_of(name));
  return retval != 0;
}

Result<bool> Harness::run() const {
  PWRU_ASSIGN(const uint32_t retval, retval_of("match"));
  if (retval == WAYS_DIFFER) return fail("the short way has another verdict");
  return retval != 0;
}

Result<bool> Harness::run_hit(uint64_t packet_id) const {
  state_->hit.known_id = packet_id;
  PWRU_ASSIGN(const uint32_t retval, retval_of("hit"));
  if (retval == HIT_ELSEWHERE)
    return fail(
        fmt::format("it found base {:#x} where {:#x}", state_->hit.base, state_->hit.where));
  return retval == HIT_FOUND;
}

Result<pwru_tunnel> Harness::read_tunnel() const {
  PWRU_TRY(run_program("show_tunnel"));
  return state_->tunnel;
}

Result<std::string> Harness::tuple_of(const char* name) const {
  PWRU_TRY(run_program(name));
  const auto bytes_of = [](const auto& tuple) {
    return std::string(reinterpret_cast<const char*>(&tuple), sizeof(tuple));
  };
  if (state_->ip_version == 4) return bytes_of(state_->tuple4);
  if (state_->ip_version == 6) return bytes_of(state_->tuple6);
  return std::string();
}

Result<double> Harness::nanoseconds_per_run() const {
  constexpr int kRuns = 1'000'000;
  PWRU_ASSIGN(const int match_repeated, program_fd(object_.get(), "match_repeated"));
  const std::array<char, 64> data = {};
  LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data.data(), .data_size_in = data.size(),
              .repeat = kRuns);
  if (const int error = bpf_prog_test_run_opts(match_repeated, &opts); error)
    return sys_fail("time the filter", -error);
  return opts.duration;
}

}  // namespace pwru::test
