/* echo_green: an echo server in plain blocking code, a greenlet for each connection. Runs until it is ended. */
#include "echo.h"
#include <errno.h>
#include <greenload.h>
#include <signal.h>

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buffer[BUFFER_SIZE];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		if (write(fd, buffer, (size_t)n) < 0)
			break;
	close(fd);
	return NULL;
}

int main(void)
{
	int listener = listen_on_loopback(0);

	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		green_t *g;

		if (fd < 0 && errno == EINTR)
			continue;
		if (fd < 0)
			err(1, "accept");
		g = green_spawn(serve, (void *)(intptr_t)fd);
		if (!g || green_detach(g) < 0)
			err(1, "green_spawn");
	}
}
