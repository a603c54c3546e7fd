/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attach_bpf netfilter NAME
 * attach_bpf tcx NAME DEVICE
 *
 * A BPF program of that name drops all IPv4 packets for this host in the hook input of netfilter
 * (Linux 6.4), or whatever comes in by the device (6.6), until this program is killed.
 */
#include <linux/netfilter.h>
#include <linux/types.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/bpf.h, of kernels that Debian 12 does not know yet */
enum { PROG_LOAD = 5, LINK_CREATE = 28 };
enum { TYPE_SCHED_CLS = 3, TYPE_NETFILTER = 32 };
enum { ATTACH_NETFILTER = 45, ATTACH_TCX_INGRESS = 46 };
enum { TCX_DROP = 2 };

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
  __u32 prog_fd, target, attach_type, flags;
  __u32 family, hook; /* of netfilter; all zero for tcx */
  __s32 priority;
  __u32 netfilter_flags;
};

int main(int argc, char** argv) {
  const int is_tcx = argc == 4 && strcmp(argv[1], "tcx") == 0;
  const struct insn drop[] = {{.code = 0xb7, .number = is_tcx ? TCX_DROP : NF_DROP},
                              {.code = 0x95}};
  struct load load = {
      .insn_count = 2, .insns = (__u64)(unsigned long)drop, .license = (__u64)(unsigned long)"GPL"};
  struct link link = {0};

  if (is_tcx) {
    load.type = TYPE_SCHED_CLS;
    link.target = if_nametoindex(argv[3]);
    link.attach_type = ATTACH_TCX_INGRESS;
  } else {
    load.type = TYPE_NETFILTER;
    link.attach_type = ATTACH_NETFILTER;
    link.family = NFPROTO_IPV4;
    link.hook = NF_INET_LOCAL_IN;
    link.priority = -100;
  }
  load.expected_attach_type = link.attach_type;
  strncpy(load.name, argc > 2 ? argv[2] : "", sizeof(load.name) - 1);
  link.prog_fd = (__u32)syscall(SYS_bpf, PROG_LOAD, &load, sizeof(load));
  if ((int)link.prog_fd < 0 || syscall(SYS_bpf, LINK_CREATE, &link, sizeof(link)) < 0) {
    perror("attach_bpf: load and attach a program");
    return 1;
  }
  puts("attached");
  fflush(stdout);
  pause();
  return 0;
}
