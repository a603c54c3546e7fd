// SPDX-License-Identifier: Apache-2.0
#include "program/tracer.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/log.h"
#include "event/perf_source.h"
#include "event/polling_source.h"
#include "kernel/fentry_multi.h"
#include "program/constants.h"
#include "program/filters.h"
#include "program/inline_loader.h"
#include "program/libbpf_log.h"
#include "program/link.h"
#include "program/maps.h"
#include "program/objects.h"
#include "program/share_maps.h"

namespace pwru::program {
namespace {

Result<BpfObject> open_object(const std::string& elf, const std::string& btf_path) {
  LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "pwru",
              .btf_custom_path = btf_path.empty() ? nullptr : btf_path.c_str());
  BpfObject object(bpf_object__open_mem(elf.data(), elf.size(), &opts));
  if (!object) return libbpf_fail("open the tracer's BPF object", errno);
  return object;
}

// The option that most of the memory goes to.
std::string_view largest_use(const bpf_object* object) {
  const auto bytes = [object](const char* name) -> uint64_t {
    const bpf_map* map = bpf_object__find_map_by_name(object, name);
    if (!map || !bpf_map__autocreate(map)) return 0;
    return uint64_t{bpf_map__value_size(map)} * bpf_map__max_entries(map);
  };
  return bytes("paths") > bytes("ring_memory") ? "--on-packets" : "--output-buffer-size";
}

tl::unexpected<Error> explain_load(int error, const bpf_object* object) {
  const std::string reason = take_libbpf_reason();
  const int code = load_error(error, reason);
  // EPERM is about this user; EACCES, like EINVAL, is the verifier's.
  if (code == EPERM || code == EMFILE) return sys_fail("load the tracer into the kernel", code);
  if (code == ENOMEM) {
    return fail(fmt::format("load the tracer into the kernel: {}{}; a smaller {} needs less",
                            std::strerror(code), remedy_of(code), largest_use(object)),
                ExitCode::NotSupported, code);
  }
  return fail(
      fmt::format("load the tracer into the kernel: {} ({}); --debug shows the kernel's log",
                  std::strerror(code), reason),
      ExitCode::NotSupported, code);
}

Result<std::string> link_tracer(const std::string& unlinked, const plan::Plan& plan,
                                const pwru_config& config, std::string_view hit_object) {
  std::vector<std::string_view> objects =
      with_filters(unlinked, plan.filters.pcap, plan.filters.tunnel, plan.expressions, config);
  if (plan.uses_cast) objects.push_back(hit_object);
  PWRU_ASSIGN(std::string elf, link_objects(objects));
  PWRU_TRY(set_constants(elf, config));
  if (plan.is_locked_down) leave_out_copies(elf);
  if (plan.uses_old_copies) use_old_copies(elf);
  return elf;
}

// The object of the programs at kprobes, with these constants. `loader` must live until it is
// loaded.
Result<BpfObject> open_tracer(const std::string& unlinked, const plan::Plan& plan,
                              const pwru_config& config, const std::string& btf_path,
                              InlineLoader& loader) {
  const filter::HitFilter& hit = plan.filters.hit;
  PWRU_ASSIGN(const std::string elf,
              link_tracer(unlinked, plan, config, config.has_hit ? hit.object : hit.unused));
  PWRU_TRY(loader.check());
  PWRU_ASSIGN(BpfObject object, open_object(elf, btf_path));
  if (!plan.has_global_functions) make_functions_static(object.get());
  loader.look_up_types(object.get());
  return object;
}

event::RingLayout layout_of(const pwru_config& config) {
  return {config.cpus, config.ring_bytes, config.chunk_bytes, config.record_max_bytes};
}

}  // namespace

Result<Tracer> Tracer::load(const plan::Plan& plan, const std::string& btf_path) {
  Tracer tracer;
  PWRU_ASSIGN(const std::string unlinked, tracer_object(plan.uses_cast));
  InlineLoader loader(plan.family);
  PWRU_ASSIGN(tracer.object_, open_tracer(unlinked, plan, plan.config, btf_path, loader));
  bpf_object* const object = tracer.object_.get();
  PWRU_ASSIGN(tracer.programs_, pick_programs(object, plan));
  PWRU_TRY(size_maps(object, plan));
  if (const int error = bpf_object__load(object); error) return explain_load(-error, object);
  tracer.arg_table_ = plan.arg_table;
  PWRU_TRY(tracer.publish_functions());
  PWRU_ASSIGN(tracer.ring_memory_, map_rings(object, plan.config));
  PWRU_ASSIGN(tracer.shared_, map_shared(object, plan.config));
  tracer.maps_rings_ = plan.config.maps_rings;
  if (!plan.deaths.functions.empty()) PWRU_TRY(tracer.load_deaths(unlinked, plan, btf_path));
  if (plan.backend != cli::Backend::FentryMulti || plan.fentry_ids.empty()) return tracer;
  if (const auto loaded = tracer.load_fentry_multi(plan, btf_path); !loaded)
    log_warn("{}; kprobe-multi is used", loaded.error().what);
  return tracer;
}

Result<> Tracer::load_deaths(const std::string& unlinked, const plan::Plan& plan,
                             const std::string& btf_path) {
  InlineLoader loader(plan.family);
  PWRU_ASSIGN(deaths_, open_tracer(unlinked, plan, plan.death_config, btf_path, loader));
  bpf_object* const object = deaths_.get();
  PWRU_TRY(pick_death_programs(object, plan, programs_));
  PWRU_TRY(size_maps(object, plan));
  PWRU_TRY(share_maps(object, [this](const char* name) { return map_fd(name); }));
  if (const int error = bpf_object__load(object); error) return explain_load(-error, object);
  return {};
}

Result<> Tracer::load_fentry_multi(const plan::Plan& plan, const std::string& btf_path) {
  const filter::HitFilter& hit = plan.filters.hit;
  PWRU_ASSIGN(const std::string unlinked, fentry_multi_object());
  PWRU_ASSIGN(const std::string elf,
              link_tracer(unlinked, plan, plan.config,
                          plan.config.has_hit ? hit.args_object : hit.args_unused));
  InlineLoader loader(plan.family, "multi", kernel::kFentryMulti);
  PWRU_TRY(loader.check());
  PWRU_ASSIGN(BpfObject object, open_object(elf, btf_path));
  loader.look_up_types(object.get());
  Programs programs = programs_;
  PWRU_TRY(pick_fentry_programs(object.get(), plan, programs));
  PWRU_TRY(share_maps(object.get(), [this](const char* name) { return map_fd(name); }));
  if (const int error = bpf_object__load(object.get()); error)
    return explain_load(-error, object.get());
  programs_ = std::move(programs);
  fentry_multi_ = std::move(object);
  return {};
}

event::Reader Tracer::make_reader(const pwru_config& config) const {
  const event::PartSizes sizes = {config.skb_bytes, config.expr_bytes, config.shinfo_bytes};
  return {*shared_, ring_memory_.bytes(), layout_of(config), sizes};
}

Result<std::unique_ptr<event::Source>> Tracer::make_source(const pwru_config& config) const {
  if (config.has_doorbell) {
    PWRU_ASSIGN(auto doorbell, event::Doorbell::open(map_fd("doorbell")));
    return std::make_unique<event::RingSource>(make_reader(config), std::move(doorbell));
  }
  if (config.maps_rings) {
    PWRU_ASSIGN(auto nap, event::Nap::prepare({}));
    return std::make_unique<event::PollingSource>(make_reader(config), std::move(nap));
  }
  PWRU_ASSIGN(auto buffers,
              event::open_perf_buffers(map_fd("records"), config.cpus, config.ring_bytes));
  std::vector<int> fds;
  std::vector<event::Carrier> carriers;
  for (event::PerfBuffer& buffer : buffers) {
    fds.push_back(buffer.event.get());
    // One kind of programs runs: those that nest, or the others.
    const size_t ring = buffer.cpu + (config.nesting_rings ? config.cpus : 0);
    carriers.push_back(
        {std::move(buffer),
         {shared_->ring[ring], ring_memory_.writable_bytes().data() + ring * config.ring_bytes,
          layout_of(config)}});
  }
  PWRU_ASSIGN(auto nap, event::Nap::prepare(fds));
  return std::make_unique<event::PerfSource>(make_reader(config), std::move(nap),
                                             std::move(carriers), [this] { refresh_counters(); });
}

void Tracer::refresh_counters() const {
  if (maps_rings_) return;
  if (const auto read = read_counters(map_fd(".bss"), *shared_); !read)
    log_warn("{}: what was lost is not counted", read.error().what);
}

MissCounts Tracer::missed() const {
  MissCounts counts = missed_hits(object_.get());
  for (const BpfObject* other : {&deaths_, &fentry_multi_})
    if (*other) std::ranges::move(missed_hits(other->get()), std::back_inserter(counts));
  return counts;
}

bool Tracer::can_trace(const kernel::Function& function) {
  return programs_.for_function(function) &&
         (!arg_table_ || plan::add_function(*arg_table_, function));
}

Result<> Tracer::publish_functions() const {
  if (!arg_table_) return {};
  const uint32_t zero = 0;
  if (bpf_map_update_elem(map_fd("arg_table"), &zero, arg_table_->positions.data(), BPF_ANY))
    return sys_fail("tell the tracer which argument of a function is the skb");
  return {};
}

int Tracer::map_fd(const char* name) const {
  const bpf_map* const map = bpf_object__find_map_by_name(object_.get(), name);
  return map ? bpf_map__fd(map) : -1;
}

}  // namespace pwru::program
