// SPDX-License-Identifier: Apache-2.0
// Replaces the functions of libc that libpcap calls for names (ld --wrap). A static executable must
// not follow /etc/nsswitch.conf: it would load the modules named there, from the glibc of this
// machine, and crash in them. Only the sources that are built into libc are asked: files and DNS.
// The tables below have the usual ports and protocols, because a container may have no such files.
#include "filter/pcap_names.h"

#include <net/ethernet.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __real_getaddrinfo(const char*, const char*, const struct addrinfo*, struct addrinfo**);
int __wrap_getaddrinfo(const char*, const char*, const struct addrinfo*, struct addrinfo**);
void __wrap_freeaddrinfo(struct addrinfo*);
int __real_getprotobyname_r(const char*, struct protoent*, char*, size_t, struct protoent**);
int __wrap_getprotobyname_r(const char*, struct protoent*, char*, size_t, struct protoent**);
int __real_getnetbyname_r(const char*, struct netent*, char*, size_t, struct netent**, int*);
int __wrap_getnetbyname_r(const char*, struct netent*, char*, size_t, struct netent**, int*);
int __real_ether_hostton(const char*, struct ether_addr*);
int __wrap_ether_hostton(const char*, struct ether_addr*);

enum { TCP = 1, UDP = 2, BOTH = TCP | UDP };

static const struct port {
  const char* name;
  int number;
  int protocols;
} ports[] = {
    {"amqp", 5672, BOTH},
    {"auth", 113, TCP},
    {"bgp", 179, TCP},
    {"bootpc", 68, UDP},
    {"bootps", 67, UDP},
    {"chargen", 19, BOTH},
    {"daytime", 13, BOTH},
    {"dhcpv6-client", 546, UDP},
    {"dhcpv6-server", 547, UDP},
    {"discard", 9, BOTH},
    {"domain", 53, BOTH},
    {"domain-s", 853, BOTH},
    {"echo", 7, BOTH},
    {"finger", 79, TCP},
    {"ftp", 21, TCP},
    {"ftp-data", 20, TCP},
    {"ftps", 990, TCP},
    {"ftps-data", 989, TCP},
    {"git", 9418, TCP},
    {"gopher", 70, TCP},
    {"http", 80, TCP},
    {"http-alt", 8080, BOTH},
    {"https", 443, BOTH},
    {"imap", 143, TCP},
    {"imap2", 143, TCP},
    {"imaps", 993, TCP},
    {"ipp", 631, TCP},
    {"ipsec-nat-t", 4500, UDP},
    {"irc", 194, BOTH},
    {"isakmp", 500, UDP},
    {"iscsi-target", 3260, TCP},
    {"kerberos", 88, BOTH},
    {"l2tp", 1701, UDP},
    {"ldap", 389, BOTH},
    {"ldaps", 636, BOTH},
    {"mdns", 5353, UDP},
    {"microsoft-ds", 445, BOTH},
    {"mqtt", 1883, TCP},
    {"ms-sql-s", 1433, TCP},
    {"mysql", 3306, TCP},
    {"netbios-dgm", 138, UDP},
    {"netbios-ns", 137, UDP},
    {"netbios-ssn", 139, TCP},
    {"nfs", 2049, BOTH},
    {"nntp", 119, TCP},
    {"ntp", 123, UDP},
    {"openvpn", 1194, BOTH},
    {"pop3", 110, TCP},
    {"pop3s", 995, TCP},
    {"postgresql", 5432, TCP},
    {"printer", 515, TCP},
    {"radius", 1812, BOTH},
    {"radius-acct", 1813, BOTH},
    {"redis", 6379, TCP},
    {"rsync", 873, TCP},
    {"sane-port", 6566, TCP},
    {"sip", 5060, BOTH},
    {"sip-tls", 5061, BOTH},
    {"smtp", 25, TCP},
    {"snmp", 161, BOTH},
    {"snmp-trap", 162, BOTH},
    {"ssh", 22, TCP},
    {"submission", 587, TCP},
    {"submissions", 465, TCP},
    {"sunrpc", 111, BOTH},
    {"syslog", 514, UDP},
    {"syslog-tls", 6514, TCP},
    {"telnet", 23, TCP},
    {"tftp", 69, UDP},
    {"time", 37, BOTH},
    {"vxlan", 4789, UDP},
    {"whois", 43, TCP},
    {"xmpp-client", 5222, TCP},
    {"xmpp-server", 5269, TCP},
};

static const struct protocol {
  char* name;
  int number;
} protocols[] = {
    {"ah", 51},     {"dccp", 33},        {"egp", 8},        {"eigrp", 88},      {"encap", 98},
    {"esp", 50},    {"etherip", 97},     {"fc", 133},       {"gre", 47},        {"hip", 139},
    {"icmp", 1},    {"igmp", 2},         {"igp", 9},        {"ip", 0},          {"ipcomp", 108},
    {"ipencap", 4}, {"ipip", 94},        {"ipv6", 41},      {"ipv6-frag", 44},  {"ipv6-icmp", 58},
    {"icmpv6", 58}, {"ipv6-nonxt", 59},  {"ipv6-opts", 60}, {"ipv6-route", 43}, {"isis", 124},
    {"l2tp", 115},  {"mpls-in-ip", 137}, {"ospf", 89},      {"pim", 103},       {"rdp", 27},
    {"rsvp", 46},   {"sctp", 132},       {"shim6", 140},    {"skip", 57},       {"st", 5},
    {"tcp", 6},     {"udp", 17},         {"udplite", 136},  {"vrrp", 112},      {"xtp", 36},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// The answers so far. A filter is compiled for several layers, which must all mean the same host,
// and a slow name server is waited for only once.
struct answer {
  struct answer* next;
  char* node;
  char* service;
  struct addrinfo hints;
  int code;
  struct addrinfo* found;
};

static int no_server_answered;

int pwru_no_name_server_answered(void) { return no_server_answered; }

static void configure(void) {
  static int is_done;
  static const char* const others[] = {"services", "protocols", "networks",  "ethers",   "passwd",
                                       "group",    "shadow",    "gshadow",   "netgroup", "rpc",
                                       "aliases",  "publickey", "initgroups"};
  if (is_done) return;
  is_done = 1;
  __nss_configure_lookup("hosts", "files dns");
  for (size_t i = 0; i < COUNT_OF(others); i++) __nss_configure_lookup(others[i], "files");
  // By default libc waits 5 s, twice, for each of three servers.
  setenv("RES_OPTIONS", "timeout:2 attempts:2", 0);
}

// 0 when no port has the name.
static int port_of(const char* name, int protocol) {
  const int wanted = protocol == IPPROTO_TCP ? TCP : protocol == IPPROTO_UDP ? UDP : 0;
  for (size_t i = 0; i < COUNT_OF(ports); i++)
    if (strcmp(ports[i].name, name) == 0 && (ports[i].protocols & wanted)) return ports[i].number;
  return 0;
}

static int look_up(const char* node, const char* service, const struct addrinfo* hints,
                   struct addrinfo** found) {
  const int code = __real_getaddrinfo(node, service, hints, found);
  if (code == EAI_AGAIN && node) no_server_answered = 1;
  if (code == 0 || node || !service || !hints) return code;
  const int port = port_of(service, hints->ai_protocol);
  char digits[16];
  if (!port) return code;
  snprintf(digits, sizeof(digits), "%d", port);
  return __real_getaddrinfo(NULL, digits, hints, found);
}

static int is_same(const char* a, const char* b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static int is_same_hint(const struct addrinfo* a, const struct addrinfo* b) {
  return a->ai_flags == b->ai_flags && a->ai_family == b->ai_family &&
         a->ai_socktype == b->ai_socktype && a->ai_protocol == b->ai_protocol;
}

int __wrap_getaddrinfo(const char* node, const char* service, const struct addrinfo* hints,
                       struct addrinfo** found) {
  static struct answer* answers;
  const struct addrinfo none = {0};
  const struct addrinfo* const asked = hints ? hints : &none;
  for (const struct answer* old = answers; old; old = old->next) {
    if (!is_same(old->node, node) || !is_same(old->service, service) ||
        !is_same_hint(&old->hints, asked))
      continue;
    *found = old->found;
    return old->code;
  }
  configure();
  struct answer* const new = calloc(1, sizeof(*new));
  if (!new) return EAI_MEMORY;
  new->node = node ? strdup(node) : NULL;
  new->service = service ? strdup(service) : NULL;
  new->hints = *asked;
  new->code = look_up(node, service, hints, &new->found);
  new->next = answers;
  answers = new;
  *found = new->found;
  return new->code;
}

// Answers are kept for the next question.
void __wrap_freeaddrinfo(struct addrinfo* list) { (void)list; }

int __wrap_getprotobyname_r(const char* name, struct protoent* entry, char* buffer, size_t bytes,
                            struct protoent** found) {
  static char* no_aliases[] = {NULL};
  configure();
  if (__real_getprotobyname_r(name, entry, buffer, bytes, found) == 0 && *found) return 0;
  for (size_t i = 0; i < COUNT_OF(protocols); i++) {
    if (strcmp(protocols[i].name, name) != 0) continue;
    *entry = (struct protoent){protocols[i].name, no_aliases, protocols[i].number};
    *found = entry;
    return 0;
  }
  // Without a file getprotobyname_r() would return ENOENT, and libpcap (1.10.3) takes any error for
  // the protocol 0.
  *found = NULL;
  return 0;
}

int __wrap_getnetbyname_r(const char* name, struct netent* entry, char* buffer, size_t bytes,
                          struct netent** found, int* error) {
  configure();
  return __real_getnetbyname_r(name, entry, buffer, bytes, found, error);
}

int __wrap_ether_hostton(const char* name, struct ether_addr* address) {
  configure();
  return __real_ether_hostton(name, address);
}
