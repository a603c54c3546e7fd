// SPDX-License-Identifier: Apache-2.0
#include "base/packed.h"

#include <fmt/core.h>
#include <zlib.h>

#include <cstdint>
#include <cstring>

namespace pwru {

Result<std::string> unpack_gzip(const char* begin, const char* end, std::string_view what) {
  constexpr int kGzip = 16;  // added to the window bits: zlib.h
  uint32_t size = 0;         // a gzip file ends with it (RFC 1952)
  std::memcpy(&size, end - sizeof(size), sizeof(size));
  std::string content(size, '\0');
  z_stream stream = {};
  // zlib takes no const pointer, and writes through none.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(begin));
  stream.avail_in = static_cast<uInt>(end - begin);
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  stream.avail_out = size;
  if (::inflateInit2(&stream, MAX_WBITS + kGzip) != Z_OK)
    return fail(fmt::format("unpack {}: zlib has no memory", what));
  const int code = ::inflate(&stream, Z_FINISH);
  ::inflateEnd(&stream);
  if (code != Z_STREAM_END)
    return fail(fmt::format("unpack {}: it is damaged; this build is broken", what));
  return content;
}

}  // namespace pwru
