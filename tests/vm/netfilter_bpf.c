/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netfilter_bpf NAME: a BPF program of that name drops all IPv4 packets for this host in the hook
 * input of netfilter (Linux 6.4), until this program is killed.
 */
#include <linux/netfilter.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/bpf.h, of kernels that Debian 12 does not know yet */
enum { PROG_LOAD = 5, LINK_CREATE = 28, TYPE_NETFILTER = 32, ATTACH_NETFILTER = 45 };

struct insn {
  __u8 code, registers;
  __s16 offset;
  __s32 number;
};

struct load {
  __u32 type, insn_count;
  __u64 insns, license;
  __u32 log_level, log_size;
  __u64 log;
  __u32 kern_version, flags;
  char name[16];
  __u32 ifindex, expected_attach_type;
};

struct link {
  __u32 prog_fd, target_fd, attach_type, flags;
  __u32 family, hook;
  __s32 priority;
  __u32 netfilter_flags;
};

int main(int argc, char** argv) {
  const struct insn drop[] = {{.code = 0xb7, .number = NF_DROP}, {.code = 0x95}};
  struct load load = {.type = TYPE_NETFILTER,
                      .insn_count = 2,
                      .insns = (__u64)(unsigned long)drop,
                      .license = (__u64)(unsigned long)"GPL",
                      .expected_attach_type = ATTACH_NETFILTER};
  struct link link = {.attach_type = ATTACH_NETFILTER,
                      .family = NFPROTO_IPV4,
                      .hook = NF_INET_LOCAL_IN,
                      .priority = -100};

  strncpy(load.name, argc == 2 ? argv[1] : "", sizeof(load.name) - 1);
  link.prog_fd = (__u32)syscall(SYS_bpf, PROG_LOAD, &load, sizeof(load));
  if ((int)link.prog_fd < 0 || syscall(SYS_bpf, LINK_CREATE, &link, sizeof(link)) < 0) {
    perror("netfilter_bpf NAME: attach a program");
    return 1;
  }
  puts("attached");
  fflush(stdout);
  pause();
  return 0;
}
