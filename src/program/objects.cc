// SPDX-License-Identifier: Apache-2.0
#include "program/objects.h"

#include <zlib.h>

#include <cstring>

extern "C" {
extern const char pwru_cast_begin[], pwru_cast_end[];
extern const char pwru_copy_begin[], pwru_copy_end[];
extern const char pwru_progs_cast_begin[], pwru_progs_cast_end[];
extern const char pwru_progs_copy_begin[], pwru_progs_copy_end[];
}

namespace pwru::program {
namespace {

// `begin` to `end` is one gzip file, which ends with the size of what is in it (RFC 1952).
Result<std::string> unpack(const char* begin, const char* end) {
  constexpr int kGzip = 16;  // added to the window bits: zlib.h
  uint32_t size = 0;
  std::memcpy(&size, end - sizeof(size), sizeof(size));
  std::string object(size, '\0');
  z_stream stream = {};
  // zlib takes no const pointer, and writes through none.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(begin));
  stream.avail_in = static_cast<uInt>(end - begin);
  stream.next_out = reinterpret_cast<Bytef*>(object.data());
  stream.avail_out = size;
  if (::inflateInit2(&stream, MAX_WBITS + kGzip) != Z_OK)
    return fail("unpack the built-in BPF object: zlib has no memory");
  const int code = ::inflate(&stream, Z_FINISH);
  ::inflateEnd(&stream);
  if (code != Z_STREAM_END)
    return fail("unpack the built-in BPF object: it is damaged; this build is broken");
  return object;
}

}  // namespace

Result<std::string> tracer_object(bool uses_cast) {
  return uses_cast ? unpack(pwru_cast_begin, pwru_cast_end)
                   : unpack(pwru_copy_begin, pwru_copy_end);
}

Result<std::string> progs_object(bool uses_cast) {
  return uses_cast ? unpack(pwru_progs_cast_begin, pwru_progs_cast_end)
                   : unpack(pwru_progs_copy_begin, pwru_progs_copy_end);
}

}  // namespace pwru::program
