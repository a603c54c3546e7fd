/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_frames DEVICE: sends each line of its input, hexadecimal digits and blanks, as a frame
 * through a packet socket on the device.
 */
#include <ctype.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

static char line[32768];
static unsigned char frame[sizeof(line) / 2];

/* Returns the number of bytes of the line. */
static size_t parse_line(void) {
  size_t digits = 0;

  for (const char* at = line; *at; at++) {
    unsigned digit = 0;
    if (!isxdigit((unsigned char)*at)) continue;
    sscanf((char[]){*at, 0}, "%x", &digit);
    frame[digits / 2] = (unsigned char)(digits % 2 ? frame[digits / 2] | digit : digit << 4);
    digits++;
  }
  return digits / 2;
}

int main(int argc, char** argv) {
  struct sockaddr_ll device = {.sll_family = AF_PACKET};
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);

  device.sll_ifindex = argc == 2 ? (int)if_nametoindex(argv[1]) : 0;
  if (fd < 0 || device.sll_ifindex == 0 ||
      bind(fd, (struct sockaddr*)&device, sizeof(device)) != 0) {
    perror("send_frames DEVICE: open a packet socket");
    return 1;
  }
  while (fgets(line, sizeof(line), stdin)) {
    const size_t size = parse_line();
    if (send(fd, frame, size, 0) != (ssize_t)size) {
      perror("send_frames: send");
      return 1;
    }
  }
  return 0;
}
