/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filtered_socket PORT: a UDP socket whose filter (SO_ATTACH_FILTER) takes no datagram. It stays
 * until the program is killed.
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct sock_filter take_nothing = BPF_STMT(BPF_RET | BPF_K, 0);
  const struct sock_fprog filter = {.len = 1, .filter = &take_nothing};
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argc == 2 ? argv[1] : "0"))};
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);

  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) != 0 ||
      bind(fd, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    perror("filtered_socket PORT: open a socket with a filter");
    return 1;
  }
  pause();
  return 0;
}
