// SPDX-License-Identifier: Apache-2.0
// Compiles a pcap filter to the kernel's BPF, for every way of reading a packet.
#include <nss.h>

#include <cstdint>
#include <string>

#include "filter/filter.h"
#include "filter/hit.h"
#include "tests/fuzz/code.h"

// No name server may be asked or waited for. Looking up a first name makes src/filter/pcap_names.c
// set the sources of names, which are then replaced.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  (void)pwru::filter::parse_pcap("tcp port http");
  pwru::fuzz::require(::__nss_configure_lookup("hosts", "files") == 0);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  constexpr size_t kLongest = 200;  // libpcap's optimiser takes seconds for some longer texts
  constexpr filter::CastIds kCast = {1000, 2000};
  constexpr filter::CastIds kNoCast = {};
  if (size > kLongest) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // a word of a command line has no zero byte
  const auto parsed = filter::parse_pcap(text);
  if (!parsed) {
    fuzz::check_error(parsed.error());
    return 0;
  }
  for (const filter::CastIds& ids : {kNoCast, kCast})
    if (const auto filter = filter::generate_pcap(*parsed, ids); !filter)
      fuzz::check_error(filter.error());
  constexpr filter::SkbLayout kLayout = {180, 182, 184, 192, 200, 176};
  fuzz::require(filter::is_usable(kLayout));
  for (const bool tracks : {false, true})
    if (const auto code = filter::translate_hit(parsed->program, kCast, kLayout, tracks))
      fuzz::check_code(*code);
  return 0;
}
