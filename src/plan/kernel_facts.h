// SPDX-License-Identifier: Apache-2.0
// What is known of the running kernel: all that a trace asks it before anything is attached.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/btf/btf_file.h"
#include "kernel/drop_reasons.h"
#include "kernel/features.h"
#include "kernel/netfilter/nft.h"
#include "kernel/netfilter/xtables.h"
#include "kernel/proc/modules.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/held_functions.h"
#include "plan/find_functions.h"
#include "plan/plan.h"

namespace pwru::plan {

struct KernelFacts {
  std::optional<kernel::ModuleWatch> modules_watch;  // none: no module is traced
  std::unique_ptr<kernel::Btf> btf;
  std::vector<kernel::ModuleBtf> modules;
  kernel::FunctionSearch search;  // for find_functions(), once
  KnownSymbols known;
  kernel::Features features;
  kernel::FunctionNames held;  // asked for where fentry-multi may be used
  kernel::DropReasons reasons;
  std::optional<kernel::BtfFile> btf_file;   // --kernel-btf, as libbpf gets it
  std::vector<kernel::Site> nft_sites = {};  // with --drops and --why
  std::optional<pwru_nft_layout> nft_layout = {};
  kernel::Xtables xtables = {};  // with --drops and --why
};

// What follows from a feature that is not there, or that the user wants to be without.
void leave_out(const std::vector<cli::Feature>& unwanted, kernel::Features& features);

// How kernel memory is read. Copies: although a trial has found the cast.
enum class Reading : uint8_t { ByCastIfThereIsOne, Copies };

[[nodiscard]] Result<KernelFacts> look_at_kernel(const cli::Options& options, Reading reading);

// The namespace and the interface that the options name. Without a namespace the interface is one
// of this process's own.
[[nodiscard]] Result<PacketPlace> find_packet_place(const cli::Options& options);

[[nodiscard]] uint32_t possible_cpus();

}  // namespace pwru::plan
