// SPDX-License-Identifier: Apache-2.0
// Every member of every struct of this kernel, each value compared with what libbpf's view of BTF
// and the single bits say.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/handle.h"
#include "resolve/struct_text.h"

// bpf/btf.h has functions of the names of the types that linux/btf.h has.
extern "C" {
struct btf* btf__new(const void* bytes, uint32_t size);
const struct btf_type* btf__type_by_id(const struct btf* types, uint32_t id);
const char* btf__name_by_offset(const struct btf* types, uint32_t offset);
int64_t btf__resolve_size(const struct btf* types, uint32_t id);
}

namespace pwru::resolve {
namespace {

uint32_t kind_of(const btf_type* type) { return BTF_INFO_KIND(type->info); }
uint32_t length_of(const btf_type* type) { return BTF_INFO_VLEN(type->info); }
const btf_member* members_of(const btf_type* type) {
  return reinterpret_cast<const btf_member*>(type + 1);
}
const btf_array* array_of(const btf_type* type) {
  return reinterpret_cast<const btf_array*>(type + 1);
}
const btf_enum* values_of(const btf_type* type) {
  return reinterpret_cast<const btf_enum*>(type + 1);
}

// What the lines must be, without tabs and casts.
class Expected {
 public:
  Expected(const btf* types, const std::string& bytes) : types_(types), bytes_(bytes) {}

  std::vector<std::string> lines;

  void add(const std::string& label, uint32_t id, uint64_t bit, uint32_t bits) {
    id = skip_typedefs(id);
    const btf_type* type = btf__type_by_id(types_, id);
    switch (kind_of(type)) {
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        if (length_of(type) == 0) return put(label + "{}");
        put_open(label + "{");
        for (uint32_t n = 0; n < length_of(type); n++) {
          const btf_member& member = members_of(type)[n];
          const bool has_width = BTF_INFO_KFLAG(type->info) != 0;
          const std::string name = btf__name_by_offset(types_, member.name_off);
          add(name.empty() ? "" : "." + name + " = ", member.type,
              bit + (has_width ? member.offset & 0xffffff : member.offset),
              has_width ? member.offset >> 24 : 0);
        }
        return put("}");
      case BTF_KIND_ARRAY: {
        const uint32_t element = array_of(type)->type;
        const int64_t size = btf__resolve_size(types_, element);
        if (array_of(type)->nelems == 0 || size == 0) return put(label + "[]");
        put_open(label + "[");
        for (uint32_t n = 0; n < array_of(type)->nelems; n++)
          add("", element, bit + n * 8 * size, 0);
        return put("]");
      }
      case BTF_KIND_INT:
        return put(label + integer(type, bit, bits));
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return put(label + enumerator(type, raw(bit, bits ? bits : type->size * 8), bits));
      case BTF_KIND_PTR:
        return put(label + hex(raw(bit, 64)));
      default:
        ADD_FAILURE() << "kind " << kind_of(type);
    }
  }

 private:
  void put(const std::string& text) { lines.push_back(text + ","); }
  void put_open(const std::string& text) { lines.push_back(text); }

  uint32_t skip_typedefs(uint32_t id) const {
    for (;; id = btf__type_by_id(types_, id)->type) {
      switch (kind_of(btf__type_by_id(types_, id))) {
        case BTF_KIND_TYPEDEF:
        case BTF_KIND_CONST:
        case BTF_KIND_VOLATILE:
        case BTF_KIND_RESTRICT:
        case BTF_KIND_TYPE_TAG:
          break;
        default:
          return id;
      }
    }
  }

  uint64_t raw(uint64_t bit, uint32_t bits) const {
    uint64_t value = 0;
    for (uint32_t n = 0; n < bits; n++)
      value |= uint64_t{(static_cast<uint8_t>(bytes_[(bit + n) / 8]) >> (bit + n) % 8) & 1u} << n;
    return value;
  }

  static std::string hex(uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
    return text;
  }

  std::string integer(const btf_type* type, uint64_t bit, uint32_t bits) const {
    if (type->size == 16) {
      char text[48];
      std::snprintf(text, sizeof(text), "0x%llx%016llx",
                    static_cast<unsigned long long>(raw(bit + 64, 64)),
                    static_cast<unsigned long long>(raw(bit, 64)));
      return text;
    }
    const uint32_t width = bits ? bits : type->size * 8;
    const uint64_t value = raw(bit, width);
    if (BTF_INT_ENCODING(*reinterpret_cast<const uint32_t*>(type + 1)) & BTF_INT_SIGNED) {
      const bool is_negative = value >> (width - 1) & 1;
      const uint64_t above = width == 64 ? 0 : ~uint64_t{0} << width;
      return std::to_string(static_cast<int64_t>(is_negative ? value | above : value));
    }
    return bits ? hex(value) : std::to_string(value);
  }

  std::string enumerator(const btf_type* type, uint64_t value, uint32_t bits) const {
    const uint32_t width = bits ? bits : type->size * 8;
    const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    if (kind_of(type) == BTF_KIND_ENUM64) {
      const auto* values = reinterpret_cast<const btf_enum64*>(type + 1);
      for (uint32_t n = 0; n < length_of(type); n++)
        if (((uint64_t{values[n].val_hi32} << 32 | values[n].val_lo32) & mask) == value)
          return btf__name_by_offset(types_, values[n].name_off);
      return "an unknown value";
    }
    for (uint32_t n = 0; n < length_of(type); n++)
      if ((static_cast<uint64_t>(int64_t{values_of(type)[n].val}) & mask) == value)
        return btf__name_by_offset(types_, values_of(type)[n].name_off);
    return "an unknown value";
  }

  const btf* types_;
  const std::string& bytes_;
};

// "\t.len = (u32)60," to ".len = 60,": the cast ends where its parentheses do.
std::string without_cast(std::string line) {
  line.erase(0, line.find_first_not_of('\t'));
  const size_t label = line.starts_with('.') ? line.find(" = ") + 3 : 0;
  if (line[label] != '(') return line;
  size_t end = label;
  int open = 0;
  do open += line[end] == '(' ? 1 : line[end] == ')' ? -1 : 0;
  while (++end < line.size() && open > 0);
  return line.erase(label, end - label);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(without_cast(std::string(text.substr(0, end))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_same(const std::string& expected, const std::string& line) {
  const size_t unknown = expected.find("an unknown value");
  if (unknown == std::string::npos) return expected == line;
  return line.starts_with(expected.substr(0, unknown)) && line.back() == ',' &&
         line.find_first_of("0123456789", unknown) != std::string::npos;
}

class EveryStruct : public testing::Test {
 protected:
  void SetUp() override {
    auto btf = kernel::load_kernel_btf("");
    if (!btf) GTEST_SKIP() << btf.error().what;
    btf_ = std::move(*btf);
    types_.reset(btf__new(btf_->raw().data(), static_cast<uint32_t>(btf_->raw().size())));
    ASSERT_TRUE(types_);
  }

  // Bytes that are neither 0 nor text.
  void compare(uint32_t id) {
    std::mt19937 random(id);
    std::string bytes(btf_->type(id).size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(0x80 | random());
    Expected expected(types_.get(), bytes);
    expected.add("", id, 0, 0);
    auto text = StructText::create(*btf_, id);
    ASSERT_TRUE(text) << text.error().what;
    auto lines = lines_of(text->format(std::as_bytes(std::span(bytes))));
    lines.back() += ',';
    ASSERT_EQ(lines.size(), expected.lines.size()) << btf_->name(id);
    for (size_t n = 0; n < lines.size(); n++)
      ASSERT_TRUE(is_same(expected.lines[n], lines[n]))
          << btf_->name(id) << ": " << lines[n] << " is not " << expected.lines[n];
    compared_ += lines.size();
  }

  std::unique_ptr<kernel::Btf> btf_;
  BtfHandle types_;
  size_t compared_ = 0;
};

TEST_F(EveryStruct, TheWholeSkb) {
  compare(btf_->find("sk_buff", BTF_KIND_STRUCT));
  EXPECT_GT(compared_, 100u);
}

TEST_F(EveryStruct, OfThisKernel) {
  constexpr uint32_t kLargest = 4096;
  for (uint32_t id = 1; id < btf_->end_id() && !HasFatalFailure(); id++) {
    const uint32_t kind = btf_->kind(id);
    if ((kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) && btf_->type(id).size <= kLargest)
      compare(id);
  }
  EXPECT_GT(compared_, 100000u);
}

}  // namespace
}  // namespace pwru::resolve
