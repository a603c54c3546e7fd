// SPDX-License-Identifier: Apache-2.0
#include "program/objects.h"

extern "C" {
extern const char pwru_cast_begin[], pwru_cast_end[];
extern const char pwru_copy_begin[], pwru_copy_end[];
extern const char pwru_progs_cast_begin[], pwru_progs_cast_end[];
extern const char pwru_progs_copy_begin[], pwru_progs_copy_end[];
}

namespace pwru::program {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::string_view tracer_object(bool uses_cast) {
  return uses_cast ? between(pwru_cast_begin, pwru_cast_end)
                   : between(pwru_copy_begin, pwru_copy_end);
}

std::string_view progs_object(bool uses_cast) {
  return uses_cast ? between(pwru_progs_cast_begin, pwru_progs_cast_end)
                   : between(pwru_progs_copy_begin, pwru_progs_copy_end);
}

}  // namespace pwru::program
