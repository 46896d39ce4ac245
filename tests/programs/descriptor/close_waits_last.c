/* threads and helpers */
/*
 * A call that waits is the last to have the file of a descriptor that was closed under it: until it returns the locks
 * of the file are held and a pipe has its reader, and then they are gone. With SO_LINGER it waits for the peer.
 */
#include "waiting.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>

static char path[] = "/tmp/lastXXXXXX/fifo";
static int fd;
static long result;
static int error;
static double returned;

static void came_to(long n)
{
	result = n;
	error = errno;
	returned = now();
}

static void *reads(void *unused)
{
	char byte;

	begin();
	came_to(read(fd, &byte, 1));
	return unused;
}

static void *polls(void *unused)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};

	begin();
	came_to(poll(&entry, 1, 10000));
	return unused;
}

/* The same for events that are waited for in another way. */
static void *polls_for_more(void *unused)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN | POLLPRI};

	begin();
	came_to(ppoll(&entry, 1, &(struct timespec){10, 0}, NULL));
	return unused;
}

static void *selects(void *unused)
{
	struct timeval limit = {10, 0};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	begin();
	came_to(select(fd + 1, &set, NULL, NULL, &limit));
	return unused;
}

static const struct {
	const char *name;
	void *(*call)(void *);
} calls[] = {{"read", reads}, {"poll", polls}, {"poll for more", polls_for_more}, {"select", selects}};

static void end(pthread_t thread, const char *name)
{
	join(thread);
	errno = error;
	say(name, result);
}

static long take_flock(int file)
{
	return flock(file, LOCK_EX | LOCK_NB);
}

static long take_lock(int file)
{
	return fcntl(file, F_OFD_SETLK, &(struct flock){.l_type = F_WRLCK});
}

static void with_lock(long (*take)(int file), const char *name, void *(*call)(void *))
{
	int other = must("open", open(path, O_RDWR));
	pthread_t thread;

	fd = must("open", open(path, O_RDWR));
	must("lock", take(fd));
	thread = start_waiting(call, NULL);
	close(fd);
	say("lock while it waits", take(other));
	must("write", write(other, "x", 1));
	end(thread, name);
	say("lock after it", take(other));
	close(other);
}

static void with_reader(const char *name, void *(*call)(void *))
{
	pthread_t thread;
	int ends[2];

	must("pipe", pipe(ends));
	fd = ends[0];
	thread = start_waiting(call, NULL);
	close(fd);
	say("write while it waits", write(ends[1], "x", 1));
	end(thread, name);
	say("write after it", write(ends[1], "x", 1));
	close(ends[1]);
}

/* The peer does not take what was sent, and ends its side: so the wait is over, and the close lingers. */
static void with_linger(const char *name, void *(*call)(void *))
{
	static char much[1 << 20];
	int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0)), client, small = 4096;
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct linger linger = {1, 1};
	socklen_t size = sizeof(at);
	pthread_t thread;
	double since;

	must("bind", bind(listener, (struct sockaddr *)&at, size));
	must("listen", listen(listener, 8));
	must("getsockname", getsockname(listener, (struct sockaddr *)&at, &size));
	client = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("SO_RCVBUF", setsockopt(client, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	must("connect", connect(client, (struct sockaddr *)&at, size));
	fd = must("accept", accept(listener, NULL, NULL));
	must("SO_LINGER", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	write_at_once(fd, much, sizeof(much));
	thread = start_waiting(call, NULL);
	since = now();
	close(fd);
	say_waited("close", since, 500);
	since = now();
	must("shutdown", shutdown(client, SHUT_WR));
	end(thread, name);
	say_whether("it waited for the peer", returned - since > 0.8);
	close(client);
	close(listener);
}

int main(void)
{
	char *slash = strrchr(path, '/');

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	must("sem_init", sem_init(&begins, 0, 0));
	*slash = 0;
	must("mkdtemp", mkdtemp(path) ? 0 : -1);
	*slash = '/';
	must("mkfifo", mkfifo(path, 0600));
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		with_lock(take_flock, calls[i].name, calls[i].call);
		with_lock(take_lock, calls[i].name, calls[i].call);
		with_reader(calls[i].name, calls[i].call);
		with_linger(calls[i].name, calls[i].call);
	}
	unlink(path);
	*slash = 0;
	rmdir(path);
	return 0;
}
