/* SO_RCVTIMEO and SO_SNDTIMEO: each call's own limit, while others wait and run. */
#include "tests/linked/net.h"
#include <sys/time.h>

static void limit(int fd, int option, int ms)
{
	struct timeval time = {ms / 1000, ms % 1000 * 1000};

	must("setsockopt", setsockopt(fd, SOL_SOCKET, option, &time, sizeof(time)));
}

struct waiting {
	int fd, ms;
};

static int begun;

static void *receive_in_vain(void *arg)
{
	struct waiting *waiting = arg;
	double since = now();
	char byte;

	begun++;
	expect_failure("recv", recv(waiting->fd, &byte, 1, 0), EAGAIN);
	expect_equal("they wait at the same time", begun, 3);
	expect("recv waited", now() - since >= waiting->ms / 1e3 - 0.001);
	since = now();
	expect_failure("read", read(waiting->fd, &byte, 1), EAGAIN);
	expect("read waited", now() - since >= waiting->ms / 1e3 - 0.001);
	return NULL;
}

static void limits_are_per_socket(void)
{
	static const int spans[] = {150, 50, 100};
	struct waiting waiting[3];
	green_t *g[3];
	int ends[2], i;

	for (i = 0; i < 3; i++) {
		must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
		limit(ends[0], SO_RCVTIMEO, spans[i]);
		waiting[i] = (struct waiting){ends[0], spans[i]};
		g[i] = must_spawn(receive_in_vain, &waiting[i]);
	}
	for (i = 0; i < 3; i++)
		must_join(g[i]);
}

static void *send_in_vain(void *arg)
{
	static char bytes[1 << 20];
	int fd = *(int *)arg;
	double since = now();
	ssize_t n = send(fd, bytes, sizeof(bytes), 0);

	expect("send sent a part", n > 0 && n < (ssize_t)sizeof(bytes));
	expect("send waited", now() - since >= 0.019);
	expect_failure("send again", send(fd, bytes, sizeof(bytes), 0), EAGAIN);
	return NULL;
}

static void *accept_in_vain(void *fd)
{
	expect_failure("accept", accept(*(int *)fd, NULL, NULL), EAGAIN);
	return NULL;
}

/* Taken away again, the limit ends nothing. */
static void *receive_at_last(void *fd)
{
	char byte;

	limit(*(int *)fd, SO_RCVTIMEO, 0);
	expect_equal("recv without limit", recv(*(int *)fd, &byte, 1, 0), 1);
	return NULL;
}

int main(void)
{
	struct sockaddr_in address;
	green_t *g;
	int ends[2], listener, room = 65536;

	limits_are_per_socket();
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	must("setsockopt", setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)));
	limit(ends[0], SO_SNDTIMEO, 20);
	must_join(must_spawn(send_in_vain, &ends[0]));
	limit(ends[0], SO_RCVTIMEO, 5);
	g = must_spawn(receive_at_last, &ends[0]);
	green_sleep(0.02);
	must("send", send(ends[1], "x", 1, 0));
	must_join(g);
	listener = listen_anywhere(&address, 1);
	limit(listener, SO_RCVTIMEO, 10);
	must_join(must_spawn(accept_in_vain, &listener));
	return verdict();
}
