/* echo: sends back what it gets, in plain blocking code, a greenlet for each connection. */
#include <arpa/inet.h>
#include <err.h>
#include <greenload.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void *echo(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char bytes[4096];
	ssize_t size, sent;

	while ((size = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t done = 0; done < size; done += sent)
			if ((sent = write(fd, bytes + done, (size_t)(size - done))) < 0)
				goto gone;
gone:
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	address.sin_port = htons(argc > 1 ? (uint16_t)atoi(argv[1]) : 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, SOMAXCONN) ||
	    getsockname(listener, (struct sockaddr *)&address, &length))
		err(1, "cannot listen");
	printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && green_detach(green_spawn(echo, (void *)(intptr_t)fd)) == 0)
			continue;
		if (fd >= 0)
			close(fd);
		usleep(10000); /* out of descriptors or memory: some will be back when a client has gone */
	}
}
