// SPDX-License-Identifier: Apache-2.0
#include "base/remedy.h"

#include <sys/resource.h>

#include <cerrno>

namespace pwru {
namespace {

// An enum in C++ of glibc, and an int elsewhere.
template <class Resource>
bool is_limited(Resource resource) {
  rlimit limit = {};
  return ::getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

}  // namespace

const char* remedy_of(int code) {
  if (code == EMFILE) return "; raise the limit (ulimit -n)";
  // These have other causes too: a file system has a largest file, and a machine so much memory.
  if (code == EFBIG && is_limited(RLIMIT_FSIZE)) return "; raise the limit (ulimit -f)";
  if (code == ENOMEM && is_limited(RLIMIT_AS)) return "; raise the limit (ulimit -v)";
  if (code == ENOMEM && is_limited(RLIMIT_DATA)) return "; raise the limit (ulimit -d)";
  return "";
}

}  // namespace pwru
