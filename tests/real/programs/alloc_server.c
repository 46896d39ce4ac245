/*
 * A server with a thread for each of 200 clients, which are threads of the same process. What a client sends is
 * allocated in one thread, changed in a second and freed in a third, so that an allocator that knows its threads, and
 * gives memory back to the one it came from, has all of them to do.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 200, REQUESTS = 30, LONGEST = 20000, KEPT = 64 };

static struct sockaddr_in address = {.sin_family = AF_INET};
static int listener;
static long answered;

/* Blocks that are freed by a thread which did not allocate them. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *kept[KEPT];

static int must(const char *what, long answer)
{
	if (answer >= 0)
		return (int)answer;
	perror(what);
	exit(1);
}

static void keep(char *block, unsigned place)
{
	char *other;

	pthread_mutex_lock(&lock);
	other = kept[place % KEPT];
	kept[place % KEPT] = block;
	pthread_mutex_unlock(&lock);
	free(other);
}

static bool transfer(ssize_t (*call)(int, void *, size_t), int fd, void *bytes, size_t count)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < count && (n = call(fd, (char *)bytes + done, count - done)) > 0)
		done += (size_t)n;
	return done == count;
}

static ssize_t write_some(int fd, void *bytes, size_t count)
{
	return write(fd, bytes, count);
}

static bool read_block(int fd, char **block, size_t *size)
{
	if (!transfer(read, fd, size, sizeof(*size)))
		return false;
	*block = malloc(*size);
	return *block && transfer(read, fd, *block, *size);
}

static bool write_block(int fd, char *block, size_t size)
{
	return transfer(write_some, fd, &size, sizeof(size)) && transfer(write_some, fd, block, size);
}

static void *serve(void *connection)
{
	int fd = (int)(long)connection;
	char *block = NULL;
	size_t size, i;

	while (read_block(fd, &block, &size)) {
		char *answer = calloc(1, size + 1), *larger;

		for (i = 0; i < size; i++)
			answer[i] = (char)(block[i] + 1);
		larger = realloc(block, 2 * size);
		keep(larger, (unsigned)size);
		if (!write_block(fd, answer, size))
			abort();
		free(answer);
		block = NULL;
	}
	close(fd);
	return NULL;
}

static void *accept_all(void *unused)
{
	pthread_t threads[CLIENTS];
	int i;

	for (i = 0; i < CLIENTS; i++) {
		int fd = must("accept", accept(listener, NULL, NULL));

		must("pthread_create", -pthread_create(&threads[i], NULL, serve, (void *)(long)fd));
	}
	for (i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	return unused;
}

static void *ask(void *number)
{
	unsigned seed = (unsigned)(long)number;
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0)), i;
	char *answer;
	size_t size, found;

	must("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)));
	for (i = 0; i < REQUESTS; i++) {
		char *block;

		size = 1 + (size_t)rand_r(&seed) % LONGEST;
		block = malloc(size);
		memset(block, i, size);
		if (!write_block(fd, block, size) || !read_block(fd, &answer, &found) || found != size)
			abort();
		memset(block, i + 1, size);
		if (memcmp(block, answer, size) == 0)
			__atomic_add_fetch(&answered, 1, __ATOMIC_RELAXED);
		keep(block, (unsigned)rand_r(&seed));
		free(answer);
	}
	close(fd);
	return NULL;
}

int main(void)
{
	pthread_t server, clients[CLIENTS];
	socklen_t length = sizeof(address);
	long i;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("bind", bind(listener, (struct sockaddr *)&address, sizeof(address)));
	must("listen", listen(listener, CLIENTS));
	must("getsockname", getsockname(listener, (struct sockaddr *)&address, &length));
	must("pthread_create", -pthread_create(&server, NULL, accept_all, NULL));
	for (i = 0; i < CLIENTS; i++)
		must("pthread_create", -pthread_create(&clients[i], NULL, ask, (void *)i));
	for (i = 0; i < CLIENTS; i++)
		pthread_join(clients[i], NULL);
	pthread_join(server, NULL);
	for (i = 0; i < KEPT; i++)
		free(kept[i]);
	printf("answered %ld of %d\n", answered, CLIENTS * REQUESTS);
	return answered != CLIENTS * REQUESTS;
}
