// SPDX-License-Identifier: Apache-2.0
#include "program/objects.h"

#include "base/packed.h"

extern "C" {
extern const char pwru_cast_begin[], pwru_cast_end[];
extern const char pwru_copy_begin[], pwru_copy_end[];
extern const char pwru_multi_cast_begin[], pwru_multi_cast_end[];
extern const char pwru_nft_begin[], pwru_nft_end[];
extern const char pwru_nft_arrays_begin[], pwru_nft_arrays_end[];
extern const char pwru_nft_stub_begin[], pwru_nft_stub_end[];
extern const char pwru_xtables_begin[], pwru_xtables_end[];
extern const char pwru_xtables_stub_begin[], pwru_xtables_stub_end[];
extern const char pwru_progs_cast_begin[], pwru_progs_cast_end[];
extern const char pwru_progs_copy_begin[], pwru_progs_copy_end[];
}

namespace pwru::program {
namespace {

constexpr const char* kWhat = "the built-in BPF object";

}  // namespace

Result<std::string> tracer_object(bool uses_cast) {
  return uses_cast ? unpack_gzip(pwru_cast_begin, pwru_cast_end, kWhat)
                   : unpack_gzip(pwru_copy_begin, pwru_copy_end, kWhat);
}

Result<std::string> fentry_multi_object() {
  return unpack_gzip(pwru_multi_cast_begin, pwru_multi_cast_end, kWhat);
}

std::string_view nft_object() { return {pwru_nft_begin, pwru_nft_end}; }

std::string_view nft_arrays_object() { return {pwru_nft_arrays_begin, pwru_nft_arrays_end}; }

std::string_view nft_stub_object() { return {pwru_nft_stub_begin, pwru_nft_stub_end}; }

std::string_view xtables_object() { return {pwru_xtables_begin, pwru_xtables_end}; }

std::string_view xtables_stub_object() { return {pwru_xtables_stub_begin, pwru_xtables_stub_end}; }

Result<std::string> progs_object(bool uses_cast) {
  return uses_cast ? unpack_gzip(pwru_progs_cast_begin, pwru_progs_cast_end, kWhat)
                   : unpack_gzip(pwru_progs_copy_begin, pwru_progs_copy_end, kWhat);
}

}  // namespace pwru::program
