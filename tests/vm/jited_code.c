// SPDX-License-Identifier: Apache-2.0
// jited_code ID: writes the machine code of a loaded BPF program, which Debian's bpftool cannot do.
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr* attr) {
  return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

int main(int argc, char** argv) {
  static unsigned char code[1 << 20];
  struct bpf_prog_info info;
  union bpf_attr attr;
  int fd;

  memset(&attr, 0, sizeof(attr));
  attr.prog_id = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
  fd = (int)bpf(BPF_PROG_GET_FD_BY_ID, &attr);
  if (fd < 0) {
    perror("jited_code: open the program");
    return 1;
  }
  memset(&info, 0, sizeof(info));
  info.jited_prog_insns = (unsigned long)code;
  info.jited_prog_len = sizeof(code);
  memset(&attr, 0, sizeof(attr));
  attr.info.bpf_fd = (unsigned)fd;
  attr.info.info = (unsigned long)&info;
  attr.info.info_len = sizeof(info);
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) != 0) {
    perror("jited_code: read the program's code");
    return 1;
  }
  if (info.jited_prog_insns == 0 || info.jited_prog_len > sizeof(code)) info.jited_prog_len = 0;
  return fwrite(code, 1, info.jited_prog_len, stdout) == info.jited_prog_len ? 0 : 1;
}
