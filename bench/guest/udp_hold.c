// SPDX-License-Identifier: Apache-2.0
// udp_hold COUNT: sends this many datagrams to a socket on loopback that nobody reads, prints
// "held" when all of them are in its queue, and keeps them there until it is killed.
#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(9),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int receiver = socket(AF_INET, SOCK_DGRAM, 0),
		  sender = socket(AF_INET, SOCK_DGRAM, 0);
	const int queue_bytes = 1 << 29; /* the kernel doubles it */
	unsigned int memory[SK_MEMINFO_VARS];
	socklen_t size = sizeof(memory);

	if (setsockopt(receiver, SOL_SOCKET, SO_RCVBUFFORCE, &queue_bytes, sizeof(queue_bytes)) ||
	    bind(receiver, (const struct sockaddr *)&to, sizeof(to)) ||
	    connect(sender, (const struct sockaddr *)&to, sizeof(to))) {
		perror("udp_hold");
		return 1;
	}
	for (long i = 0; i < count; i++)
		if (send(sender, "x", 1, 0) < 0) {
			perror("udp_hold: send");
			return 1;
		}
	if (getsockopt(receiver, SOL_SOCKET, SO_MEMINFO, memory, &size)) {
		perror("udp_hold: SO_MEMINFO");
		return 1;
	}
	if (memory[SK_MEMINFO_DROPS]) {
		fprintf(stderr, "udp_hold: %u of %ld datagrams did not fit\n",
			memory[SK_MEMINFO_DROPS], count);
		return 1;
	}
	puts("held");
	fflush(stdout);
	pause();
	return 0;
}
