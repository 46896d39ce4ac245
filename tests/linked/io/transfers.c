/* Large transfers between greenlets: every byte arrives, in its place, and all of it in one OS thread. */
#include "tests/linked/net.h"
#include "tests/os_threads.h"
#include <sys/uio.h>

enum { SIZE = 5000000, PIECE = 70001 };

struct way {
	int in, out;
	ssize_t (*put)(int fd, const void *bytes, size_t count);
};

static unsigned char byte_at(size_t position)
{
	return (unsigned char)(position * 7 + position / 251);
}

static ssize_t put_by_send(int fd, const void *bytes, size_t count)
{
	return send(fd, bytes, count, 0);
}

static ssize_t put_by_writev(int fd, const void *bytes, size_t count)
{
	struct iovec two[2] = {{(void *)bytes, count / 3}, {(char *)bytes + count / 3, count - count / 3}};

	return writev(fd, two, 2);
}

/* A blocking write on a pipe or stream goes on until all is written. */
static void *put_all(void *arg)
{
	struct way *way = arg;
	unsigned char *bytes = malloc(SIZE);
	size_t i;

	for (i = 0; i < SIZE; i++)
		bytes[i] = byte_at(i);
	expect_equal("written", way->put(way->out, bytes, SIZE), SIZE);
	free(bytes);
	close(way->out);
	return NULL;
}

static void *get_all(void *arg)
{
	struct way *way = arg;
	unsigned char *bytes = malloc(PIECE);
	size_t total = 0, wrong = 0;
	ssize_t n, i;

	while ((n = read(way->in, bytes, PIECE)) > 0) {
		for (i = 0; i < n; i++)
			wrong += bytes[i] != byte_at(total + (size_t)i);
		total += (size_t)n;
	}
	expect_equal("end", n, 0);
	expect_equal("bytes", (long)total, SIZE);
	expect_equal("wrong bytes", (long)wrong, 0);
	free(bytes);
	close(way->in);
	return NULL;
}

static void by_pipe(struct way *way)
{
	int ends[2];

	must("pipe", pipe(ends));
	*way = (struct way){ends[0], ends[1], write};
}

static void by_pair(struct way *way)
{
	int ends[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	*way = (struct way){ends[0], ends[1], put_by_writev};
}

static void by_tcp(struct way *way)
{
	struct sockaddr_in address;
	int listener = listen_anywhere(&address, 1);

	way->out = connect_to(&address);
	way->in = (int)must("accept", accept(listener, NULL, NULL));
	way->put = put_by_send;
	close(listener);
}

int main(void)
{
	static void (*const makers[])(struct way * way) = {by_pipe, by_pair, by_tcp, by_pipe, by_pair, by_tcp};
	enum { WAYS = sizeof(makers) / sizeof(makers[0]) };
	struct way ways[WAYS];
	green_t *g[2 * WAYS];
	int i;

	for (i = 0; i < WAYS; i++) {
		makers[i](&ways[i]);
		g[2 * i] = must_spawn(put_all, &ways[i]);
		g[2 * i + 1] = must_spawn(get_all, &ways[i]);
	}
	for (i = 0; i < 2 * WAYS; i++)
		must_join(g[i]);
	expect_equal("OS threads", count_os_threads(), 1);
	return verdict();
}
