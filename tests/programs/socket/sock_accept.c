/* parks: accept accept4 */
/* accept and accept4: at once, later, shared, without room for more descriptors. */
#include "tests/programs/sock.h"
#include <sys/resource.h>

struct caller {
	struct sockaddr_in where;
	int times;
	const char *says;
};

static int call_later(void *arg)
{
	const struct caller *caller = arg;

	for (int i = 0; i < caller->times; i++) {
		int fd;

		msleep_once_parent_waits(LATER);
		fd = connected_socket(&caller->where);
		if (send(fd, caller->says, strlen(caller->says), 0) < 0)
			return 1;
		close(fd);
	}
	return 0;
}

static void try_later(void)
{
	struct caller caller = {.times = 3, .says = "hello"};
	int listener = listening_socket(&caller.where, 5), fd;
	struct sockaddr_in from = {.sin_port = 0};
	socklen_t length = sizeof(from);
	double start = now();
	pid_t child = start_child(call_later, &caller);
	char bytes[8];

	fd = accept(listener, (struct sockaddr *)&from, &length);
	say_waited("accept", start, LATER - 1);
	say_whether(
	    "from the loopback interface", from.sin_addr.s_addr == loopback.sin_addr.s_addr && length == sizeof(from));
	say_bytes("take", take(fd, bytes, 5), bytes);
	say("at the end", recv(fd, bytes, 5, 0));
	say_whether("blocking", !(fcntl(fd, F_GETFL) & O_NONBLOCK) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC));
	close(fd);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	say_bytes("take", take(fd, bytes, 5), bytes);
	say_whether("blocking, close-on-exec", !(fcntl(fd, F_GETFL) & O_NONBLOCK) && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
	close(fd);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	say_whether("non-blocking", fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
	end_child(child);
	close(listener);
}

/* The new socket has the time limit that the listening one had. */
static void try_inherited(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 5), fd, peer;
	char byte;

	set_time_limit(listener, SO_RCVTIMEO, LATER);
	peer = connected_socket(&where);
	fd = must("accept", accept(listener, NULL, NULL));
	say("recv, time limit inherited", recv(fd, &byte, 1, 0));
	set_time_limit(fd, SO_RCVTIMEO, 0);
	say("accept, time over", accept(listener, NULL, NULL));
	say("accept4, time over", accept4(listener, NULL, NULL, 0));
	close(peer);
	say("recv without limit", recv(fd, &byte, 1, 0));
	close(fd);
	close(listener);
}

static void try_no_room(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 5), peer = connected_socket(&where), fd;
	struct rlimit limit, low;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	low = limit;
	low.rlim_cur = (rlim_t)peer + 1;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &low));
	say("accept without room", accept(listener, NULL, NULL));
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	fd = accept(listener, NULL, NULL);
	say_whether("accept with room", fd >= 0);
	close(peer);
	peer = connected_socket(&where);
	say("accept, wild address", accept(listener, (struct sockaddr *)16, &(socklen_t){16}));
	close(fd);
	close(peer);
	close(listener);
}

static int accept_some(void *arg)
{
	int fd = *(int *)arg, got;

	set_time_limit(fd, SO_RCVTIMEO, 10 * LATER);
	while ((got = accept(fd, NULL, NULL)) >= 0)
		close(got);
	return errno != EAGAIN;
}

/* Two processes accept from one socket: each connection is one's, and no one's is lost. */
static void try_shared(void)
{
	struct caller caller = {.times = 4, .says = "x"};
	int listener = listening_socket(&caller.where, 20);
	pid_t other = start_child(accept_some, &listener), child = start_child(call_later, &caller);

	say_whether("accept until the time is over", accept_some(&listener) == 0);
	end_child(child);
	end_child(other);
	close(listener);
}

static int stop_listening(void *arg)
{
	msleep_once_parent_waits(LATER);
	return shutdown(*(int *)arg, SHUT_RDWR);
}

static void try_shutdown(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 5);
	pid_t child = start_child(stop_listening, &listener);

	say("accept, shut down meanwhile", accept(listener, NULL, NULL));
	say("accept, shut down", accept(listener, NULL, NULL));
	end_child(child);
	close(listener);
}

static int connect_unix(void *arg)
{
	const struct sockaddr_un *where = arg;
	int fd = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));

	msleep_once_parent_waits(LATER);
	must("connect", connect(fd, arg, (socklen_t)(sizeof(where->sun_family) + 1 + strlen(where->sun_path + 1))));
	return send(fd, "unix", 4, 0) != 4;
}

static void try_unix(void)
{
	struct sockaddr_un where;
	socklen_t length = unix_address(&where, "sock_accept");
	int listener = must("socket", socket(AF_UNIX, SOCK_STREAM, 0)), fd;
	char bytes[8];
	pid_t child;

	must("bind", bind(listener, (struct sockaddr *)&where, length));
	must("listen", listen(listener, 5));
	child = start_child(connect_unix, &where);
	fd = must("accept", accept(listener, NULL, NULL));
	say_bytes("take", take(fd, bytes, 8), bytes);
	end_child(child);
	close(fd);
	close(listener);
}

int main(void)
{
	try_later();
	try_inherited();
	try_no_room();
	try_shared();
	try_shutdown();
	try_unix();
	return 0;
}
