// SPDX-License-Identifier: Apache-2.0
// udp_flood COUNT: sends datagrams of 64 bytes to port 9 on loopback, to a socket that nobody
// reads.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(9),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int receiver = socket(AF_INET, SOCK_DGRAM, 0),
		  sender = socket(AF_INET, SOCK_DGRAM, 0);
	const char text[64] = "pwru";

	if (bind(receiver, (const struct sockaddr *)&to, sizeof(to)) ||
	    connect(sender, (const struct sockaddr *)&to, sizeof(to))) {
		perror("udp_flood");
		return 1;
	}
	for (long i = 0; i < count; i++)
		if (send(sender, text, sizeof(text), 0) < 0) {
			perror("udp_flood: send");
			return 1;
		}
	return 0;
}
