/* echo_threads: an echo server of plain threads, one for each connection; run natively and preloaded. Runs until it is
 * ended. */
#include "echo.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buffer[BUFFER_SIZE];
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		if (send(fd, buffer, (size_t)n, 0) < 0)
			break;
	close(fd);
	return NULL;
}

int main(void)
{
	int listener = listen_on_loopback(0);

	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL), error;
		pthread_t thread;

		if (fd < 0 && errno == EINTR)
			continue;
		if (fd < 0)
			err(1, "accept");
		error = pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd);
		if (error)
			errx(1, "pthread_create: %s", strerror(error));
		pthread_detach(thread);
	}
}
