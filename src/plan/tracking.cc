// SPDX-License-Identifier: Apache-2.0
#include "plan/tracking.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"

namespace pwru::plan {
namespace {

// Where an id is taken away; the first one that the kernel has. Every way to free an skb passes
// skb_release_head_state(); kfree_skbmem() misses those that go back to a cache
// (napi_skb_cache_put).
constexpr std::array<std::string_view, 2> kReleaseFunctions = {"skb_release_head_state", kGone};

constexpr std::array kCopyFunctions = {
    "skb_clone",
    "skb_copy",
    "__pskb_copy_fclone",
    "skb_copy_expand",
    "skb_copy_header",
    "skb_pp_cow_data",
    "skb_segment",
    "skb_gro_receive",
    "skb_gro_receive_list",
    "napi_skb_free_stolen_head",
    "ip_do_fragment",
    "ip_frag_next",
    "ip6_fragment",
    "ip6_frag_next",
    "inet_frag_reasm_prepare",
};

// What is not followed where the function is missing.
struct Loss {
  const char* function;
  const char* what;
};
constexpr std::array<Loss, 5> kLosses = {{
    {"skb_segment", "segments of a packet"},
    {"skb_gro_receive", "packets merged by GRO"},
    {"ip_frag_next", "fragments of IPv4"},
    {"ip6_frag_next", "fragments of IPv6"},
    {"inet_frag_reasm_prepare", "reassembled packets"},
}};

std::string not_followed(const std::vector<std::string>& functions) {
  std::vector<std::string_view> missing;
  for (const Loss& loss : kLosses)
    if (std::ranges::find(functions, loss.function) == functions.end())
      missing.emplace_back(loss.what);
  return join(missing);
}

}  // namespace

Release find_release(const kernel::Symbols& symbols) {
  for (const std::string_view name : kReleaseFunctions) {
    const auto addresses = symbols.addresses(name, "");
    if (addresses.empty()) continue;
    Release release = {std::string(name), addresses.front()};
    if (const auto gone = symbols.addresses(kGone, ""); !gone.empty() && name != kGone)
      release.gone_addr = gone.front();
    if (const auto cached = symbols.addresses(kCached, ""); !cached.empty())
      release.cached_addr = cached.front();
    return release;
  }
  return {};
}

std::vector<std::string> copy_functions(const kernel::Btf& btf, bool follows_xdp) {
  std::vector<std::string> names;
  for (const char* name : kCopyFunctions)
    if (btf.find(name, BTF_KIND_FUNC)) names.emplace_back(name);
  if (follows_xdp && btf.find("pskb_expand_head", BTF_KIND_FUNC))
    names.emplace_back("pskb_expand_head");
  return names;
}

void add_tracking_warnings(const Release& release, const std::vector<std::string>& copies,
                           bool has_fexit, std::vector<std::string>& warnings) {
  if (release.name.empty())
    warnings.emplace_back(
        "this kernel shows no function where an skb is freed: a reused address may be taken for "
        "the old packet");
  if (!has_fexit) {
    warnings.emplace_back(
        "this kernel refuses fexit programs: clones, copies, segments and fragments of a packet, "
        "and what it is merged into, are not followed");
    return;
  }
  if (const std::string missing = not_followed(copies); !missing.empty())
    warnings.push_back("this kernel shows no function to follow: " + missing);
}

}  // namespace pwru::plan
