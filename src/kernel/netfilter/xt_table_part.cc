// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_table_part.h"

#include <arpa/inet.h>  // in front of the kernel's own, which give way to it
#include <linux/netfilter_arp/arp_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include <string>

#include "base/file.h"
#include "base/handle.h"

namespace pwru::kernel {
namespace {

// The tracer finds rules among the first 16384. The kernel copies this in a few milliseconds.
constexpr uint32_t kMostTableBytes = 4 << 20;

struct Family {
  int domain, level, get_info, get_entries;
  const char* tables;  // the file with those that this network namespace has
};
constexpr std::array<Family, 3> kFamilies = {
    {{AF_INET, IPPROTO_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES, "/proc/self/net/ip_tables_names"},
     {AF_INET6, IPPROTO_IPV6, IP6T_SO_GET_INFO, IP6T_SO_GET_ENTRIES,
      "/proc/self/net/ip6_tables_names"},
     {AF_INET, IPPROTO_IP, ARPT_SO_GET_INFO, ARPT_SO_GET_ENTRIES,
      "/proc/self/net/arp_tables_names"}}};

// To ask for a table that is not there makes it: xt_request_find_table_lock().
bool has_table(const Family& family, const std::string& table) {
  const auto names = read_file(family.tables);
  return names && !table.empty() && table.find('\n') == std::string::npos &&
         ("\n" + *names).find("\n" + table + "\n") != std::string::npos;
}

// The size of the table's entries; 0: not known. struct arpt_getinfo has shorter arrays.
template <class Info>
uint32_t table_size(int socket, const Family& family, const std::string& table) {
  Info info = {};
  socklen_t bytes = sizeof(info);
  std::copy(table.begin(), table.end(), info.name);
  return ::getsockopt(socket, family.level, family.get_info, &info, &bytes) == 0 ? info.size : 0;
}

// struct ipt_get_entries, ip6t_get_entries and arpt_get_entries, in front of the entries.
struct Entries {
  char table[PWRU_XT_TABLE_BYTES];
  uint32_t size;
  uint32_t pad0;
};
static_assert(sizeof(Entries) == sizeof(ipt_get_entries));
static_assert(sizeof(Entries) == sizeof(ip6t_get_entries));
static_assert(sizeof(Entries) == sizeof(arpt_get_entries));

// With zeros where the kernel writes nothing, as behind a name. Empty when it has none, or the
// table has become another one meanwhile.
std::vector<std::byte> read_entries(int socket, const Family& family, const std::string& table,
                                    uint32_t size) {
  Entries head = {};
  std::copy(table.begin(), table.end(), head.table);
  head.size = size;
  std::vector<std::byte> bytes(sizeof(head) + size);
  std::memcpy(bytes.data(), &head, sizeof(head));
  auto length = static_cast<socklen_t>(bytes.size());
  if (::getsockopt(socket, family.level, family.get_entries, bytes.data(), &length) != 0) return {};
  return bytes;
}

}  // namespace

void read_xt_table_part(Bytes request, std::vector<std::byte>& answer) {
  XtTablePart part;
  if (!take(request, part) || part.family >= kFamilies.size()) return;
  const std::string table(text_of(std::as_bytes(std::span(part.table))));
  const Family& family = kFamilies[part.family];
  if (table.size() >= sizeof(part.table) || !has_table(family, table)) return;
  // Of UDP, as a raw one takes CAP_NET_RAW. Nothing is sent.
  const UniqueFd socket(::socket(family.domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const uint32_t size = part.family == PWRU_XT_ARP
                            ? table_size<arpt_getinfo>(socket.get(), family, table)
                            : table_size<ipt_getinfo>(socket.get(), family, table);
  if (size > kMostTableBytes || part.at >= size) return;
  const std::vector<std::byte> bytes = read_entries(socket.get(), family, table, size);
  const Bytes rest = after(bytes, sizeof(Entries) + part.at);
  const Bytes taken = rest.first(std::min(rest.size(), kMostXtRuleBytes));
  answer.insert(answer.end(), taken.begin(), taken.end());
}

}  // namespace pwru::kernel
