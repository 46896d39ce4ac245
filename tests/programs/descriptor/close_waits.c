/* threads */
/*
 * A descriptor is closed, or another file put in its place, while a thread waits for it: the call goes on with the file
 * that it has begun with, and its peer learns of the end when the call has returned. poll and select look at the number
 * once more when they are woken.
 */
#include "waiting.h"
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

/* What the waiting thread is about, and what came of it. */
static int fd;
static long result;
static int error;
static char bytes[16];
static short revents;

static void came_to(long n)
{
	result = n;
	error = errno;
}

static void say_result(const char *what)
{
	errno = error;
	say_bytes(what, result, result > 0 ? bytes : "");
	memset(bytes, 0, sizeof(bytes));
}

static void *reads(void *unused)
{
	begin();
	came_to(read(fd, bytes, sizeof(bytes)));
	return unused;
}

static void *reads_a_vector(void *unused)
{
	struct iovec two[2] = {{bytes, 2}, {bytes + 2, 2}};

	begin();
	came_to(readv(fd, two, 2));
	return unused;
}

static void *receives(void *unused)
{
	begin();
	came_to(recv(fd, bytes, sizeof(bytes), 0));
	return unused;
}

static void *receives_all(void *unused)
{
	begin();
	came_to(recv(fd, bytes, 8, MSG_WAITALL));
	return unused;
}

static void *receives_a_message(void *unused)
{
	struct iovec one = {bytes, sizeof(bytes)};
	struct msghdr msg = {.msg_iov = &one, .msg_iovlen = 1};

	begin();
	came_to(recvmsg(fd, &msg, 0));
	return unused;
}

static void *writes_much(void *unused)
{
	static char much[300000];

	begin();
	came_to(write(fd, much, sizeof(much)));
	return unused;
}

static void *accepts(void *unused)
{
	int s;

	begin();
	s = accept(fd, NULL, NULL);
	came_to(s < 0 ? -1 : 0);
	close(s);
	return unused;
}

static void *polls(void *events)
{
	struct pollfd entry = {.fd = fd, .events = *(short *)events};

	begin();
	came_to(poll(&entry, 1, 10000));
	revents = entry.revents;
	return NULL;
}

static void *polls_a_while(void *unused)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};

	begin();
	came_to(poll(&entry, 1, 100));
	revents = entry.revents;
	return unused;
}

static void *selects(void *unused)
{
	struct timeval limit = {10, 0};
	fd_set set[3];
	int i;

	for (i = 0; i < 3; i++) {
		FD_ZERO(&set[i]);
		FD_SET(fd, &set[i]);
	}
	FD_CLR(fd, &set[1]);
	begin();
	came_to(select(fd + 1, &set[0], &set[1], &set[2], &limit));
	revents = (short)(FD_ISSET(fd, &set[0]) | FD_ISSET(fd, &set[1]) << 1 | FD_ISSET(fd, &set[2]) << 2);
	return unused;
}

static void *waits_for_events(void *unused)
{
	struct epoll_event event = {0};

	begin();
	came_to(epoll_wait(fd, &event, 1, 10000));
	revents = (short)event.events;
	return unused;
}

static void by_close(int it)
{
	must("close", close(it));
}

static void by_close_range(int it)
{
	must("close_range", close_range((unsigned)it, (unsigned)it, 0));
}

static void by_dup2(int it)
{
	int other = must("open", open("/dev/null", O_RDWR));

	must("dup2", dup2(other, it));
	close(other);
}

static void by_stream(int it)
{
	must("fclose", fclose(fdopen(it, "r")));
}

static void (*const ways[])(int it) = {by_close, by_close_range, by_dup2, by_stream};
static const char *const way_names[] = {"close", "close_range", "dup2", "fclose"};

enum { WAYS = sizeof(ways) / sizeof(*ways) };

static void say_open(const char *what)
{
	say(what, fcntl(fd, F_GETFD) < 0 ? -1 : 0);
}

/* The other end learns that this one is gone, but not before the call has returned. */
static void say_peer(int peer)
{
	struct pollfd entry = {.fd = peer, .events = POLLRDHUP};

	say("the peer hears of the end", poll(&entry, 1, 5000));
}

static void read_under(const char *what, void *(*call)(void *), int way, int ends[2])
{
	struct pollfd peer = {.fd = ends[1], .events = POLLRDHUP};
	pthread_t thread;

	fd = ends[0];
	thread = start_waiting(call, NULL);
	printf("%s, %s\n", what, way_names[way]);
	ways[way](fd);
	say("the peer hears of it", poll(&peer, 1, 10));
	say_open("the number");
	say("write", write(ends[1], "a", 1)); /* one byte: no more than that surely comes in one piece */
	if (call == receives_all) {
		msleep(10);
		must("write", write(ends[1], "bcdefgh", 7));
	}
	join(thread);
	say_result(what);
	if (way != 2)
		say_peer(ends[1]);
	close(fd);
	close(ends[1]);
}

static void pipe_of(int ends[2])
{
	must("pipe", pipe(ends));
}

static void socket_of(int ends[2])
{
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static void tcp_of(int ends[2])
{
	int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	must("bind", bind(listener, (struct sockaddr *)&at, size));
	must("listen", listen(listener, 8));
	must("getsockname", getsockname(listener, (struct sockaddr *)&at, &size));
	ends[0] = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("connect", connect(ends[0], (struct sockaddr *)&at, size));
	ends[1] = must("accept", accept(listener, NULL, NULL));
	close(listener);
}

static void twin_of_a_pipe(int ends[2])
{
	int twin;

	must("pipe", pipe(ends));
	twin = must("dup", dup(ends[0]));
	close(ends[0]);
	ends[0] = twin;
}

static void all_that_read(void)
{
	static const struct {
		const char *what;
		void (*make)(int ends[2]);
		void *(*call)(void *);
	} kinds[] = {{"read of a pipe", pipe_of, reads}, {"read of a socket", socket_of, reads},
	    {"read of a TCP socket", tcp_of, reads}, {"readv", pipe_of, reads_a_vector}, {"recv", socket_of, receives},
	    {"recv of all", socket_of, receives_all}, {"recvmsg", tcp_of, receives_a_message},
	    {"read of a duplicate", twin_of_a_pipe, reads}};
	int ends[2], way;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (way = 0; way < WAYS; way++) {
			kinds[i].make(ends);
			read_under(kinds[i].what, kinds[i].call, way, ends);
		}
	}
}

static void write_under(int way)
{
	static char much[300000];
	int ends[2];
	pthread_t thread;
	long got = 0, n;

	must("pipe", pipe(ends));
	fd = ends[1];
	thread = start_waiting(writes_much, NULL);
	ways[way](fd);
	while (got < (long)sizeof(much) && (n = read(ends[0], much, sizeof(much))) > 0)
		got += n;
	say("bytes of a write", got);
	join(thread);
	say("write", result);
	say("and the end", read(ends[0], much, sizeof(much)));
	close(ends[0]);
	close(ends[1]);
}

static int listener_at(struct sockaddr_in *at)
{
	socklen_t size = sizeof(*at);
	int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	*at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	must("bind", bind(listener, (struct sockaddr *)at, size));
	must("listen", listen(listener, 8));
	must("getsockname", getsockname(listener, (struct sockaddr *)at, &size));
	return listener;
}

static void say_connect(const char *what, const struct sockaddr_in *at)
{
	int s = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	say(what, connect(s, (const struct sockaddr *)at, sizeof(*at)));
	close(s);
}

static void accept_under(int way)
{
	struct sockaddr_in at;
	pthread_t thread;

	fd = listener_at(&at);
	thread = start_waiting(accepts, NULL);
	ways[way](fd);
	say_connect("connect", &at);
	join(thread);
	say_result("accept");
	say_connect("connect to what is closed for good", &at);
	close(fd);
}

static void shut_and_closed(void)
{
	struct sockaddr_in at;
	pthread_t thread;
	int ends[2];

	fd = listener_at(&at);
	thread = start_waiting(accepts, NULL);
	say("shutdown", shutdown(fd, SHUT_RDWR));
	close(fd);
	join(thread);
	say_result("accept of what is shut down and closed");
	tcp_of(ends);
	fd = ends[0];
	thread = start_waiting(reads, NULL);
	say("shutdown", shutdown(fd, SHUT_RDWR));
	close(fd);
	join(thread);
	say_result("read of what is shut down and closed");
	close(ends[1]);
}

/* What is there already when the descriptor is closed goes to the call that waits for it. */
static void data_first(void)
{
	pthread_t thread;
	int ends[2];

	must("pipe", pipe(ends));
	fd = ends[0];
	thread = start_waiting(reads, NULL);
	must("write", write(ends[1], "f", 1));
	close(fd);
	join(thread);
	say_result("read of what came before the close");
	close(ends[1]);
}

/* Two wait, and each gets what comes to it. */
static void two_wait(void)
{
	pthread_t one, other;
	int ends[2];

	must("pipe", pipe(ends));
	fd = ends[0];
	one = start_waiting(reads, NULL);
	other = start_waiting(reads, NULL);
	close(fd);
	must("write", write(ends[1], "x", 1));
	msleep(20);
	must("write", write(ends[1], "x", 1));
	join(one);
	join(other);
	say_result("read by two");
	signal(SIGPIPE, SIG_IGN);
	say("write to nobody", write(ends[1], "x", 1));
	close(ends[1]);
}

static void say_events(const char *what)
{
	errno = error;
	say(what, result);
	printf("%s: events %#x\n", what, (unsigned)revents);
}

/* A write to the old file wakes it; then the number is closed, or another file. */
static void poll_under(const char *what, void *(*call)(void *), short events, int way)
{
	pthread_t thread;
	int ends[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	fd = ends[0];
	thread = start_waiting(call, &events);
	ways[way](fd);
	must("write", write(ends[1], "x", 1));
	join(thread);
	printf("%s, %s\n", what, way_names[way]);
	say_events(what);
	close(fd);
	close(ends[1]);
}

static void poll_to_its_end(void)
{
	double since = now();
	pthread_t thread;
	int ends[2];

	must("pipe", pipe(ends));
	fd = ends[0];
	thread = start_waiting(polls_a_while, NULL);
	close(fd);
	join(thread);
	say_waited("poll until its time is over", since, 100);
	say_events("poll");
	close(ends[1]);
}

static void events_under(int way)
{
	struct epoll_event event = {.events = EPOLLIN};
	pthread_t thread;
	int ends[2];

	must("pipe", pipe(ends));
	fd = must("epoll_create1", epoll_create1(0));
	must("epoll_ctl", epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event));
	thread = start_waiting(waits_for_events, NULL);
	ways[way](fd);
	must("write", write(ends[1], "x", 1));
	join(thread);
	say_events("epoll_wait");
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

static void counters(void)
{
	struct itimerspec soon = {.it_value = {0, 50000000}};
	uint64_t count = 1;
	pthread_t thread;
	int twin;

	fd = must("eventfd", eventfd(0, 0));
	twin = must("dup", dup(fd));
	thread = start_waiting(reads, NULL);
	close(fd);
	must("write", write(twin, &count, sizeof(count)));
	join(thread);
	say("eventfd", result);
	close(twin);
	fd = must("timerfd_create", timerfd_create(CLOCK_MONOTONIC, 0));
	must("timerfd_settime", timerfd_settime(fd, 0, &soon, NULL));
	thread = start_waiting(reads, NULL);
	close(fd);
	join(thread);
	say("timerfd", result);
}

static void terminal(void)
{
	pthread_t thread;
	int master, slave;

	must("openpty", openpty(&master, &slave, NULL, NULL, NULL));
	fd = slave;
	thread = start_waiting(reads, NULL);
	close(fd);
	must("write", write(master, "line\n", 5));
	join(thread);
	say_result("read of a terminal");
	close(master);
}

/* A call that waits keeps the file in the epoll instances that have it. */
static void stays_in_epoll(void)
{
	static char much[300000];
	struct epoll_event event = {.events = EPOLLIN};
	int ends[2], epoll = must("epoll_create1", epoll_create1(0));
	pthread_t thread;
	long got = 0, n;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	must("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
	fd = ends[0];
	thread = start_waiting(writes_much, NULL);
	close(fd);
	must("write", write(ends[1], "x", 1));
	say("epoll_wait for what another writes to", epoll_wait(epoll, &event, 1, 5000));
	while (got < (long)sizeof(much) && (n = read(ends[1], much, sizeof(much))) > 0)
		got += n;
	join(thread);
	say("bytes", got);
	say("epoll_wait once that has returned", epoll_wait(epoll, &event, 1, 10));
	close(ends[1]);
	close(epoll);
}

/* Numbers that are free are given out again, lowest first, while calls wait that had them. */
static void numbers(void)
{
	pthread_t thread;
	int ends[2];

	must("pipe", pipe(ends));
	fd = ends[0];
	thread = start_waiting(reads, NULL);
	close(fd);
	say_whether("the number is free", must("open", open("/dev/null", O_RDONLY)) == fd);
	say("and is the new file's", read(fd, bytes, 1));
	must("write", write(ends[1], "o", 1));
	join(thread);
	say_result("the old one");
	close(fd);
	close(ends[1]);
}

int main(void)
{
	int way;

	sem_init(&begins, 0, 0);
	alarm(50);
	all_that_read();
	for (way = 0; way < WAYS; way++) {
		if (way != 3) { /* a stream for writing alone would not do for the others */
			write_under(way);
			accept_under(way);
			events_under(way);
		}
		poll_under("poll", polls, POLLIN, way);
		poll_under("poll for what is urgent, too", polls, POLLIN | POLLPRI, way);
		poll_under("select", selects, 0, way);
	}
	shut_and_closed();
	data_first();
	two_wait();
	poll_to_its_end();
	counters();
	terminal();
	stays_in_epoll();
	numbers();
	return 0;
}
