// SPDX-License-Identifier: Apache-2.0
#include "cli/documents.h"

#include "base/packed.h"

extern "C" {
extern const char pwru_manual_begin[], pwru_manual_end[];
extern const char pwru_schema_begin[], pwru_schema_end[];
}

namespace pwru::cli {

Result<std::string> manual_text() {
  return unpack_gzip(pwru_manual_begin, pwru_manual_end, "the built-in manual");
}

Result<std::string> json_schema() {
  return unpack_gzip(pwru_schema_begin, pwru_schema_end, "the built-in schema");
}

}  // namespace pwru::cli
