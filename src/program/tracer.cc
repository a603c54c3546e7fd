// SPDX-License-Identifier: Apache-2.0
#include "program/tracer.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/core.h>
#include <sys/mman.h>

#include <algorithm>
#include <string_view>

#include "program/constants.h"
#include "program/inline_hit.h"
#include "program/libbpf_log.h"
#include "program/link.h"
#include "program/objects.h"
#include "program/section_handler.h"

namespace pwru::program {
namespace {

// Entries that wait for the rest of their skb's release; a few for each CPU would do.
constexpr uint32_t kDyingEntries = 8192;
// The kernel gives so many free entries of an LRU map to a CPU at once, and begins to evict when it
// has less left (LOCAL_FREE_TARGET in kernel/bpf/bpf_lru_list.c).
constexpr uint32_t kFreeEntriesOfCpu = 128;
// Of the map `parents` while it only gives out ids.
constexpr uint32_t kIdEntries = 8192;

// Of the programs at the functions' entries in bpf/hooks/functions.bpf.c.
constexpr const char* kTraceSection = "kprobe";

struct CopyProgram {
  const char* program;
  const char* function;
};
// The programs of bpf/hooks/copies.bpf.c and children.bpf.c, and what they watch.
constexpr std::array<CopyProgram, 18> kCopyPrograms = {{
    {"pwru_skb_clone", "skb_clone"},
    {"pwru_skb_copy", "skb_copy"},
    {"pwru_pskb_copy", "__pskb_copy_fclone"},
    {"pwru_skb_copy_expand", "skb_copy_expand"},
    {"pwru_skb_copy_header", "skb_copy_header"},
    {"pwru_cow_begins", "skb_pp_cow_data"},
    {"pwru_cow_ends", "skb_pp_cow_data"},
    {"pwru_expand_head", "pskb_expand_head"},
    {"pwru_segment", "skb_segment"},
    {"pwru_fragment4", "ip_do_fragment"},
    {"pwru_fragment6", "ip6_fragment"},
    {"pwru_next_fragment4", "ip_frag_next"},
    {"pwru_next_fragment6", "ip6_frag_next"},
    {"pwru_gro", "skb_gro_receive"},
    {"pwru_gro_list", "skb_gro_receive_list"},
    {"pwru_gro_free", "napi_skb_free_stolen_head"},
    {"pwru_reassembly_begins", "inet_frag_reasm_prepare"},
    {"pwru_reassembly_ends", "inet_frag_reasm_prepare"},
}};

Result<bpf_program*> find_program(bpf_object* object, const char* name) {
  bpf_program* program = bpf_object__find_program_by_name(object, name);
  if (!program)
    return fail(
        fmt::format("the built-in BPF object has no program {}: this build is broken", name));
  return program;
}

Result<bpf_map*> find_map(bpf_object* object, const char* name) {
  bpf_map* map = bpf_object__find_map_by_name(object, name);
  if (!map)
    return fail(fmt::format("the built-in BPF object has no map {}: this build is broken", name));
  return map;
}

Result<BpfObject> open_object(const std::string& elf, const std::string& btf_path) {
  LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "pwru",
              .btf_custom_path = btf_path.empty() ? nullptr : btf_path.c_str());
  BpfObject object(bpf_object__open_mem(elf.data(), elf.size(), &opts));
  if (!object)
    return sys_fail(fmt::format("open the tracer's BPF object ({})", take_libbpf_reason()));
  return object;
}

tl::unexpected<Error> explain_load(int code) {
  const std::string reason = take_libbpf_reason();
  // EPERM is about this user; EACCES, like EINVAL, is the verifier's.
  if (code == EPERM) return sys_fail("load the tracer into the kernel", code);
  if (code == ENOMEM) {
    return fail(
        fmt::format(
            "load the tracer into the kernel: {}; a smaller --output-buffer-size needs less",
            std::strerror(code)),
        ExitCode::NotSupported, code);
  }
  return fail(
      fmt::format("load the tracer into the kernel: {} ({}); --debug shows the kernel's log",
                  std::strerror(code), reason),
      ExitCode::NotSupported, code);
}

// The program, which is loaded then, if it is wanted; nullptr otherwise.
bpf_program* use(bpf_program* program, bool is_used, cli::Backend backend) {
  if (!is_used) return nullptr;
  bpf_program__set_autoload(program, true);
  if (backend == cli::Backend::KprobeMulti)
    bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
  return program;
}

// Whether plain_skb() of bpf/hooks/functions.bpf.c will do: only the pcap filter, the fields of an
// skb and tracking decide.
bool is_plain(const TracerSpec& spec) {
  const pwru_config& config = spec.config;
  return !config.by_stack && !config.follows_xdp && !config.has_tunnel_l2 &&
         !config.has_tunnel_l3 && !config.has_skb_expr && !(spec.uses_cast && config.filter_copies);
}

// The configuration with what follows from the rest.
pwru_config complete(const TracerSpec& spec) {
  pwru_config config = spec.config;
  config.has_hit = is_plain(spec) && !spec.hit_filter.object.empty();
  config.reads_fields = config.mark_mask || config.netns || config.ifindex ||
                        config.filter_reads_len || config.filter_sees_vlan;
  config.never_evicted =
      spec.tracked_entries - std::min(spec.tracked_entries, kFreeEntriesOfCpu * (config.cpus + 1));
  if (spec.arg_table) {
    config.arg_multiplier = spec.arg_table->multiplier;
    config.arg_shift = spec.arg_table->shift;
  }
  return config;
}

// Of the programs at the functions' entries, the family that is loaded; see
// bpf/hooks/functions.bpf.c.
constexpr std::string_view kHits = "hit", kTracked = "tracked", kPlain = "plain", kAll = "trace";
std::string_view family_of(const TracerSpec& spec, const pwru_config& config) {
  if (config.has_hit && !config.reads_fields) return config.tracks ? kTracked : kHits;
  return is_plain(spec) ? kPlain : kAll;
}

// What put_hit_inline() needs, and what must live until all is loaded.
struct InlineHits {
  std::string_view family;
  uint32_t hit_type_id = 0;
  std::vector<std::vector<bpf_func_info>> functions;
};

// Called by libbpf when all is relocated. `cookie` is an InlineHits.
int put_hit_inline(bpf_program* program, bpf_prog_load_opts* options, long cookie) {
  const std::string_view name = bpf_program__name(program);
  auto& hits = *reinterpret_cast<InlineHits*>(cookie);
  if (!name.starts_with(fmt::format("pwru_{}_", hits.family)) ||
      options->func_info_rec_size != sizeof(bpf_func_info))
    return 0;
  auto changed =
      inline_hit({bpf_program__insns(program), bpf_program__insn_cnt(program)},
                 {static_cast<const bpf_func_info*>(options->func_info), options->func_info_cnt},
                 hits.hit_type_id, hits.family == kHits);
  if (!changed) return 0;
  options->func_info = hits.functions.emplace_back(std::move(changed->functions)).data();
  options->func_info_cnt--;
  return bpf_program__set_insns(program, changed->instructions.data(),
                                changed->instructions.size());
}

std::vector<std::string_view> with_filters(std::string_view object, const TracerSpec& spec) {
  return {object,
          spec.filter.l2_object,
          spec.filter.l3_object,
          spec.tunnel_filter.l2_object,
          spec.tunnel_filter.l3_object,
          spec.expressions.filter_object,
          spec.expressions.values_object,
          spec.xdp_expressions.filter_object,
          spec.xdp_expressions.values_object};
}

// Calls visit(fd, key) for what is in a map with keys of 8 bytes, as often as it has room at most:
// after an urgent stop the programs still run, and the walk begins anew at each key that goes away.
template <class Visit>
void for_each_key(const bpf_object& object, const char* name, Visit visit) {
  const bpf_map* const map = bpf_object__find_map_by_name(&object, name);
  if (!map) return;
  const int fd = bpf_map__fd(map);
  uint64_t left = bpf_map__max_entries(map), key = 0, next = 0;
  for (void* from = nullptr; left && bpf_map_get_next_key(fd, from, &next) == 0; from = &key) {
    left--;
    key = next;
    visit(fd, key);
  }
}

}  // namespace

Result<std::string> link_with_filters(std::string_view object, const TracerSpec& spec) {
  return link_objects(with_filters(object, spec));
}

Result<Tracer> Tracer::load(const TracerSpec& spec) {
  Tracer tracer;
  PWRU_ASSIGN(const std::string unlinked, tracer_object(spec.uses_cast));
  std::vector<std::string_view> objects = with_filters(unlinked, spec);
  const pwru_config config = complete(spec);
  const std::string_view family = family_of(spec, config);
  if (spec.uses_cast)
    objects.push_back(config.has_hit ? spec.hit_filter.object : spec.hit_filter.unused);
  PWRU_ASSIGN(std::string elf, link_objects(objects));
  PWRU_TRY(set_constants(elf, config));
  InlineHits hits = {family, 0, {}};
  std::optional<SectionHandler> handler;
  if (family == kHits || family == kTracked)
    handler.emplace(kTraceSection, BPF_PROG_TYPE_KPROBE, put_hit_inline, &hits);
  if (handler && handler->id() < 0)
    return sys_fail("tell libbpf how to load the tracer", -handler->id());
  PWRU_ASSIGN(tracer.object_, open_object(elf, spec.btf_path));
  hits.hit_type_id = static_cast<uint32_t>(
      std::max(0, btf__find_by_name_kind(bpf_object__btf(tracer.object_.get()), "pwru_filter_hit",
                                         BTF_KIND_FUNC)));
  PWRU_TRY(tracer.pick_programs(spec, family));
  PWRU_TRY(tracer.size_maps(spec));
  if (const int error = bpf_object__load(tracer.object_.get()); error) return explain_load(-error);
  if (spec.arg_table) PWRU_TRY(tracer.set_arg_table(*spec.arg_table));
  PWRU_TRY(tracer.map_rings());
  PWRU_TRY(tracer.map_shared());
  return tracer;
}

Result<> Tracer::pick_trace_programs(const TracerSpec& spec, std::string_view family) {
  const auto find = [&](std::string_view args) {
    return find_program(object_.get(), fmt::format("pwru_{}_{}", family, args).c_str());
  };
  PWRU_ASSIGN(bpf_program* const several, find("2_to_5"));
  use(several, spec.arg_table.has_value(), spec.backend);
  for (size_t arg = 1; arg <= 5; arg++) {
    PWRU_ASSIGN(bpf_program* const program, find(std::to_string(arg)));
    const bool is_shared = arg > 1 && spec.arg_table;
    trace_[arg] = use(program, spec.uses_arg[arg] && !is_shared, spec.backend);
    if (is_shared) trace_[arg] = several;
  }
  PWRU_ASSIGN(bpf_program* const list,
              find_program(object_.get(), family == kAll ? "pwru_list_trace" : "pwru_list_plain"));
  list_ = use(list, spec.uses_list, spec.backend);
  return {};
}

Result<> Tracer::pick_programs(const TracerSpec& spec, std::string_view family) {
  bpf_program* any = nullptr;
  bpf_object__for_each_program(any, object_.get()) bpf_program__set_autoload(any, false);
  PWRU_TRY(pick_trace_programs(spec, family));
  PWRU_ASSIGN(bpf_program* const trace_stack, find_program(object_.get(), "pwru_trace_stack"));
  trace_[0] = use(trace_stack, spec.uses_arg[0], spec.backend);
  PWRU_TRY(pick_map_programs(spec));
  PWRU_TRY(pick_end_programs(spec));
  for (const CopyProgram& copy : kCopyPrograms) {
    PWRU_ASSIGN(bpf_program* const program, find_program(object_.get(), copy.program));
    const bool is_there = std::find(spec.copy_functions.begin(), spec.copy_functions.end(),
                                    copy.function) != spec.copy_functions.end();
    if (!spec.config.by_skb || !is_there) continue;
    bpf_program__set_autoload(program, true);
    copies_.push_back(program);
  }
  return {};
}

Result<> Tracer::pick_end_programs(const TracerSpec& spec) {
  const bool tracks = spec.config.tracks != 0;
  const bool is_one = spec.config.release_addr != 0;
  const auto pick = [&](const char* name, bool is_used) -> Result<bpf_program*> {
    PWRU_ASSIGN(bpf_program* const program, find_program(object_.get(), name));
    return use(program, tracks && is_used, spec.backend);
  };
  PWRU_ASSIGN(bpf_program* const end, pick("pwru_trace_end", is_one));
  PWRU_ASSIGN(trace_release_, pick("pwru_trace_release", !is_one));
  PWRU_ASSIGN(release_, pick("pwru_release", !is_one));
  PWRU_ASSIGN(trace_dying_, pick("pwru_trace_dying", !is_one));
  if (end) trace_release_ = release_ = trace_dying_ = end;
  return {};
}

Result<> Tracer::pick_map_programs(const TracerSpec& spec) {
  constexpr std::array<const char*, 4> kNames = {"", "pwru_map_lookup", "pwru_map_update",
                                                 "pwru_map_delete"};
  const bool is_used = (spec.config.parts & PWRU_PART_BPFMAP) != 0;
  for (size_t op = 1; op < kNames.size(); op++) {
    PWRU_ASSIGN(bpf_program* const program, find_program(object_.get(), kNames[op]));
    map_[op] = use(program, is_used, spec.backend);
  }
  PWRU_ASSIGN(bpf_program* const at_return, find_program(object_.get(), "pwru_map_lookup_return"));
  map_lookup_return_ = use(at_return, is_used, spec.backend);
  return {};
}

Result<> Tracer::size_maps(const TracerSpec& spec) {
  const pwru_config& config = spec.config;
  if (spec.arg_table) {
    PWRU_ASSIGN(bpf_map* const arg_table, find_map(object_.get(), "arg_table"));
    bpf_map__set_value_size(arg_table, static_cast<uint32_t>(spec.arg_table->positions.size()));
  }
  PWRU_ASSIGN(bpf_map* const rings, find_map(object_.get(), "ring_memory"));
  const uint32_t ring_count = config.cpus * (config.nesting_rings ? 2 : 1);
  bpf_map__set_value_size(rings, config.chunk_bytes);
  bpf_map__set_max_entries(rings, ring_count * (config.ring_bytes / config.chunk_bytes));
  PWRU_ASSIGN(bpf_map* const tracked, find_map(object_.get(), "tracked"));
  PWRU_ASSIGN(bpf_map* const dying, find_map(object_.get(), "dying"));
  bpf_map__set_max_entries(tracked, spec.config.tracks ? spec.tracked_entries : 1);
  bpf_map__set_max_entries(dying, spec.config.tracks ? kDyingEntries : 1);
  PWRU_ASSIGN(bpf_map* const parents, find_map(object_.get(), "parents"));
  const bool shows_parents = (spec.config.parts & PWRU_PART_PARENT) != 0;
  bpf_map__set_max_entries(parents, !spec.config.by_skb ? 1
                                    : shows_parents     ? spec.tracked_entries
                                                        : kIdEntries);
  PWRU_ASSIGN(bpf_map* const heads, find_map(object_.get(), "heads"));
  bpf_map__set_max_entries(heads, spec.config.follows_xdp ? spec.tracked_entries : 1);
  PWRU_ASSIGN(bpf_map* const stacks, find_map(object_.get(), "stacks"));
  bpf_map__set_max_entries(stacks, spec.config.by_stack ? spec.stack_entries : 1);
  PWRU_ASSIGN(bpf_map* const lookups, find_map(object_.get(), "map_lookups"));
  const bool shows_maps = (spec.config.parts & PWRU_PART_BPFMAP) != 0;
  bpf_map__set_max_entries(lookups, shows_maps ? spec.stack_entries : 1);
  return {};
}

Result<> Tracer::set_arg_table(const plan::ArgTable& table) const {
  const uint32_t zero = 0;
  if (bpf_map_update_elem(map_fd("arg_table"), &zero, table.positions.data(), BPF_ANY))
    return sys_fail("tell the tracer which argument of a function is the skb");
  return {};
}

Result<> Tracer::map_rings() {
  PWRU_ASSIGN(bpf_map* const map, find_map(object_.get(), "ring_memory"));
  const size_t size = size_t{bpf_map__max_entries(map)} * bpf_map__value_size(map);
  PWRU_ASSIGN(ring_memory_, Mapping::read_only(bpf_map__fd(map), size, "the ring buffers"));
  return {};
}

int Tracer::doorbell_fd() const {
  return bpf_map__fd(bpf_object__find_map_by_name(object_.get(), "doorbell"));
}

Result<> Tracer::map_shared() {
  PWRU_ASSIGN(bpf_map* const bss, find_map(object_.get(), ".bss"));
  size_t size = 0;
  void* const memory = const_cast<void*>(bpf_map__initial_value(bss, &size));
  if (!memory || size != sizeof(pwru_shared))
    return fail("the tracer's .bss is not one pwru_shared: this build is broken");
  // Only bpf_object__load_skeleton() puts the map in the place of the initial value, as done here;
  // bpf_object__close() unmaps it.
  if (::mmap(memory, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, bpf_map__fd(bss), 0) ==
      MAP_FAILED)
    return sys_fail("map the tracer's counters");
  shared_ = static_cast<pwru_shared*>(memory);
  return {};
}

int Tracer::map_fd(const char* name) const {
  const bpf_map* const map = bpf_object__find_map_by_name(object_.get(), name);
  return map ? bpf_map__fd(map) : -1;
}

MissCounts Tracer::missed() const {
  MissCounts counts;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    const int fd = bpf_program__fd(program);
    if (fd < 0) continue;
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.recursion_misses)
      counts.push_back({bpf_program__name(program), 0, info.recursion_misses});
  }
  return counts;
}

uint64_t Tracer::entries_in(const char* map) const {
  uint64_t live = 0;
  for_each_key(*object_, map, [&](int, uint64_t) { live++; });
  return live;
}

void Tracer::end_tracking() const { __atomic_store_n(&shared_->is_over, 1, __ATOMIC_SEQ_CST); }

void Tracer::add_losses(event::Counters& counters) const {
  using event::Counter;
  counters[Counter::Evicted] += tracked_evicted();
  counters[Counter::HeadsEvicted] += heads_evicted();
  counters[Counter::ListsCut] += shared_->lists_cut;
  counters[Counter::ListsNotShown] += shared_->lists_not_shown;
  counters[Counter::ChildrenLost] += shared_->children_lost;
  // Some may still be under way.
  counters[Counter::LookupsLost] += shared_->lookups_begun - shared_->lookups_ended;
  counters[Counter::StacksForgotten] += stacks_forgotten();
}

// Identities that the LRU map threw out to make room.
uint64_t Tracer::tracked_evicted() const {
  const uint64_t gone = shared_->track_inserted - shared_->track_removed;
  const uint64_t live = entries_in("tracked");
  return gone > live ? gone - live : 0;
}

// The same of packets between XDP and their skb.
uint64_t Tracer::heads_evicted() const {
  uint64_t waiting = 0;
  for_each_key(*object_, "heads", [&](int fd, uint64_t key) {
    pwru_head_owner owner = {};
    if (bpf_map_lookup_elem(fd, &key, &owner) == 0 && owner.skb == 0) waiting++;
  });
  const uint64_t gone = shared_->heads_given - shared_->heads_taken;
  return gone > waiting ? gone - waiting : 0;
}

// The same for call stacks, and entries of those that were too many for one stack.
uint64_t Tracer::stacks_forgotten() const {
  const uint64_t live = entries_in("stacks");
  const uint64_t inserted = shared_->stacks_inserted;
  return (inserted > live ? inserted - live : 0) + shared_->stack_entries_lost;
}

}  // namespace pwru::program
