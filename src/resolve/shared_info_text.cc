// SPDX-License-Identifier: Apache-2.0
#include "resolve/shared_info_text.h"

#include <cstring>
#include <optional>

namespace pwru::resolve {
namespace {

constexpr const char* kStruct = "skb_shared_info";
constexpr std::string_view kGsoPrefix = "SKB_GSO_";

std::optional<size_t> offset_of(const kernel::Btf& btf, std::string_view member_name) {
  for (const btf_member& member : btf.members(btf.find(kStruct, BTF_KIND_STRUCT)))
    if (btf.string_at(member.name_off) == member_name)
      return BTF_MEMBER_BIT_OFFSET(member.offset) / 8;
  return std::nullopt;
}

}  // namespace

Result<SharedInfoText> SharedInfoText::create(const kernel::Btf& btf) {
  PWRU_ASSIGN(StructText text, StructText::create(btf, kStruct));
  SharedInfoText result(std::move(text));
  const auto nr_frags_at = offset_of(btf, "nr_frags"), gso_type_at = offset_of(btf, "gso_type");
  if (!nr_frags_at || !gso_type_at)
    return fail("print struct skb_shared_info: it has no nr_frags or gso_type in this kernel",
                ExitCode::NotSupported);
  result.nr_frags_at_ = *nr_frags_at;
  result.gso_type_at_ = *gso_type_at;
  result.find_gso_names(btf);
  return result;
}

// The enum is anonymous, so it is found by the names of its values.
void SharedInfoText::find_gso_names(const kernel::Btf& btf) {
  for (uint32_t id = btf.first_id(); id < btf.end_id(); id++) {
    const auto enumerators = btf.enumerators(id);
    if (enumerators.empty() || !btf.string_at(enumerators[0].name_off).starts_with(kGsoPrefix))
      continue;
    for (const btf_enum& value : enumerators)
      gso_names_.emplace_back(static_cast<uint32_t>(value.val), btf.string_at(value.name_off));
    return;
  }
}

std::string_view SharedInfoText::format(std::span<const std::byte> bytes) {
  uint8_t nr_frags = 0;
  uint32_t gso_type = 0;
  if (bytes.size() >= nr_frags_at_ + sizeof(nr_frags))
    std::memcpy(&nr_frags, bytes.data() + nr_frags_at_, sizeof(nr_frags));
  if (bytes.size() >= gso_type_at_ + sizeof(gso_type))
    std::memcpy(&gso_type, bytes.data() + gso_type_at_, sizeof(gso_type));
  // Fragments that are not in use still hold what an earlier packet has left there.
  text_.set_array_length("frags", nr_frags);
  result_ = text_.format(bytes);
  if (gso_type) name_gso_type(gso_type);
  return result_;
}

void SharedInfoText::name_gso_type(uint32_t gso_type) {
  std::string names;
  for (const auto& [bit, name] : gso_names_) {
    if (!(gso_type & bit)) continue;
    names += (names.empty() ? " " : "|") + name;
  }
  const size_t field = result_.find(".gso_type = ");
  const size_t end = result_.find(',', field);
  if (end != std::string::npos) result_.insert(end, names);
}

}  // namespace pwru::resolve
