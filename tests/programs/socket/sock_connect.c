/* parks: connect */
/* connect: done, refused, tried again, under way, timed out. */
#include "tests/programs/sock.h"

static int tcp_socket(void)
{
	return must("socket", socket(AF_INET, SOCK_STREAM, 0));
}

static int connect_tcp(int fd, const struct sockaddr_in *where)
{
	return connect(fd, (const struct sockaddr *)where, sizeof(*where));
}

static void try_outcomes(void)
{
	struct sockaddr_in where, dead;
	int bound = bound_socket(SOCK_STREAM, &dead), listener = listening_socket(&where, 5), fd = tcp_socket();
	struct sockaddr nothing = {.sa_family = AF_UNSPEC};
	char byte;

	say("connect, refused", connect_tcp(fd, &dead));
	say("the error is told once", connect_tcp(fd, &dead));
	say("connect the same socket", connect_tcp(fd, &where));
	say("connect again", connect_tcp(fd, &where));
	say_whether("still blocking", !(fcntl(fd, F_GETFL) & O_NONBLOCK));
	say("disconnect", connect(fd, &nothing, sizeof(nothing)));
	say("connect the same socket", connect_tcp(fd, &where));
	say("send", send(fd, "x", 1, 0));
	close(accept(listener, NULL, NULL));
	close(accept(listener, NULL, NULL));
	say("recv", recv(fd, &byte, 1, 0) <= 0 ? 0 : 1);
	close(fd);
	fd = tcp_socket();
	say("bad length", connect(fd, (struct sockaddr *)&where, 3));
	say("wild address", connect(fd, (struct sockaddr *)16, sizeof(where)));
	where.sin_family = 4711;
	say("unknown family", connect_tcp(fd, &where));
	close(fd);
	close(bound);
	close(listener);
}

/* Fills the backlog of a listener that nobody accepts from: the kernel then leaves SYNs unanswered. */
static void fill_backlog(const struct sockaddr_in *where, int fds[2])
{
	for (int i = 0; i < 2; i++) {
		fds[i] = tcp_socket();
		set_nonblocking(fds[i], true);
		(void)connect_tcp(fds[i], where);
		poll(&(struct pollfd){.fd = fds[i], .events = POLLOUT}, 1, 200);
	}
}

static void try_under_way(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 0), fd = tcp_socket(), fds[2];
	double start;

	fill_backlog(&where, fds);
	set_time_limit(fd, SO_SNDTIMEO, LATER);
	start = now();
	say("connect, time over", connect_tcp(fd, &where));
	say_waited("connect", start, LATER - 1);
	say("connect, still under way", connect_tcp(fd, &where));
	set_nonblocking(fd, true);
	say("connect, non-blocking", connect_tcp(fd, &where));
	close(fd);
	fd = tcp_socket();
	ring_every(LATER, 0);
	say("connect, interrupted", connect_tcp(fd, &where));
	stop_ringing();
	close(fds[0]);
	close(fds[1]);
	must("listen", listen(listener, 5));
	say("connect goes on", connect_tcp(fd, &where));
	say("connect again", connect_tcp(fd, &where));
	close(fd);
	close(listener);
}

static int accept_all(void *arg)
{
	int fd = *(int *)arg;

	msleep(LATER);
	close(must("accept", accept(fd, NULL, NULL)));
	msleep(LATER);
	close(must("accept", accept(fd, NULL, NULL)));
	close(must("accept", accept(fd, NULL, NULL)));
	return 0;
}

/* A full backlog blocks the connect; there is no EINPROGRESS. */
static void try_unix(int type)
{
	struct sockaddr_un where;
	socklen_t length = unix_address(&where, "sock_connect");
	int listener = must("socket", socket(AF_UNIX, type, 0)), fds[3];
	pid_t child;

	must("bind", bind(listener, (struct sockaddr *)&where, length));
	fds[0] = must("socket", socket(AF_UNIX, type, 0));
	say("connect, not listening", connect(fds[0], (struct sockaddr *)&where, length));
	must("listen", listen(listener, 0));
	child = start_child(accept_all, &listener);
	say("connect", connect(fds[0], (struct sockaddr *)&where, length));
	say("connect again", connect(fds[0], (struct sockaddr *)&where, length));
	for (int i = 1; i < 3; i++) {
		fds[i] = must("socket", socket(AF_UNIX, type, 0));
		say("connect, backlog full", connect(fds[i], (struct sockaddr *)&where, length));
	}
	end_child(child);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	fds[0] = must("socket", socket(AF_UNIX, type, 0));
	fds[1] = must("socket", socket(AF_UNIX, type, 0));
	must("connect", connect(fds[0], (struct sockaddr *)&where, length));
	set_time_limit(fds[1], SO_SNDTIMEO, LATER);
	say("connect, backlog full, time over", connect(fds[1], (struct sockaddr *)&where, length));
	close(listener);
	say("connect, gone", connect(fds[1], (struct sockaddr *)&where, length));
	close(fds[0]);
	close(fds[1]);
}

static void try_datagrams(void)
{
	struct sockaddr_in where, other;
	int server = bound_socket(SOCK_DGRAM, &where), another = bound_socket(SOCK_DGRAM, &other);
	int fd = must("socket", socket(AF_INET, SOCK_DGRAM, 0));

	say("connect datagrams", connect_tcp(fd, &where));
	say("connect elsewhere", connect_tcp(fd, &other));
	close(fd);
	close(server);
	close(another);
}

/* After the fork the child has the socket, too. */
static int wait_a_while(void *arg)
{
	(void)arg;
	msleep(2 * LATER);
	return 0;
}

static void try_shared(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 5), fd = tcp_socket();
	pid_t child = start_child(wait_a_while, NULL);

	say("connect a shared socket", connect_tcp(fd, &where));
	say("connect again", connect_tcp(fd, &where));
	end_child(child);
	close(fd);
	close(listener);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	try_outcomes();
	try_under_way();
	try_unix(SOCK_STREAM);
	try_unix(SOCK_SEQPACKET);
	try_datagrams();
	try_shared();
	return 0;
}
