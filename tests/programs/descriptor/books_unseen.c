/* parks: read accept poll epoll_wait */
/*
 * Descriptors that are made and closed by system calls which the program makes itself, past libc: a number is another
 * file's then, often one of another kind, without anybody having heard of it. Each call must do what the new file asks
 * for.
 */
#include "tests/programs/late.h"
#include "tests/programs/sock.h"
#include "unseen.h"
#include <sys/epoll.h>

enum { NUMBER = 20 };

static void take_number(int fd)
{
	must("dup3", unseen(SYS_dup3, fd, NUMBER, 0, 0) < 0 ? -1 : 0);
	must("close", unseen(SYS_close, fd, 0, 0, 0) < 0 ? -1 : 0);
}

static void give_back(void)
{
	must("close", unseen(SYS_close, NUMBER, 0, 0, 0) < 0 ? -1 : 0);
	unseen(SYS_close, ends[1], 0, 0, 0);
}

static void a_pipe(void)
{
	must("pipe2", unseen(SYS_pipe2, (long)ends, 0, 0, 0) < 0 ? -1 : 0);
	take_number(ends[0]);
	ends[0] = NUMBER;
	read_late("pipe", NUMBER);
	read_late("pipe again", NUMBER);
	give_back();
}

static void a_file(void)
{
	char bytes[8];
	long fd = unseen(SYS_openat, AT_FDCWD, (long)"file", O_CREAT | O_TRUNC | O_RDWR, 0600);

	must("openat", fd);
	must("write", unseen(SYS_write, fd, (long)"content", 7, 0) != 7 ? -1 : 0);
	unseen(SYS_lseek, fd, 0, SEEK_SET, 0);
	take_number((int)fd);
	say_bytes("file", read(NUMBER, bytes, 4), bytes);
	say_bytes("file, the rest", read(NUMBER, bytes, 8), bytes);
	say("file, the end", read(NUMBER, bytes, 8));
	ends[1] = -1;
	give_back();
}

static void a_socket(int type)
{
	must("socketpair", unseen(SYS_socketpair, AF_UNIX, type, 0, (long)ends) < 0 ? -1 : 0);
	take_number(ends[0]);
	ends[0] = NUMBER;
	read_late("socket", NUMBER);
	read_late("socket again", NUMBER);
	give_back();
}

static void one_that_does_not_wait(void)
{
	must("pipe2", unseen(SYS_pipe2, (long)ends, O_NONBLOCK, 0, 0) < 0 ? -1 : 0);
	take_number(ends[0]);
	say_empty("non-blocking", NUMBER);
	give_back();
}

static int connect_late(void *at)
{
	msleep_once_parent_waits(LATE);
	return connect(must("socket", socket(AF_INET, SOCK_STREAM, 0)), at, sizeof(struct sockaddr_in)) < 0;
}

static void a_listener(void)
{
	struct sockaddr_in at;
	double start = now();
	pid_t child;
	int s;

	take_number(listening_socket(&at, 5));
	child = start_child(connect_late, &at);
	s = accept(NUMBER, NULL, NULL);
	say("accept", s < 0 ? -1 : 0);
	say_waited("accept", start, LATE);
	end_child(child);
	close(s);
	ends[1] = -1;
	give_back();
}

static void no_listener(void)
{
	take_number(must("socket", socket(AF_INET, SOCK_STREAM, 0)));
	say("accept of what does not listen", accept(NUMBER, NULL, NULL));
	ends[1] = -1;
	give_back();
}

static void polled(void)
{
	struct pollfd entry = {.fd = NUMBER, .events = POLLIN};
	double start = now();
	pid_t child;

	must("pipe2", unseen(SYS_pipe2, (long)ends, 0, 0, 0) < 0 ? -1 : 0);
	take_number(ends[0]);
	ends[0] = NUMBER;
	child = start_child(write_late, NULL);
	say("poll", poll(&entry, 1, 5000));
	take_late(start, child);
	give_back();
}

static void an_epoll(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	double start = now();
	pid_t child;

	must("pipe", pipe(ends));
	take_number((int)unseen(SYS_epoll_create1, 0, 0, 0, 0));
	must("epoll_ctl", epoll_ctl(NUMBER, EPOLL_CTL_ADD, ends[0], &event));
	child = start_child(write_late, NULL);
	say("epoll_wait", epoll_wait(NUMBER, &event, 1, 5000));
	take_late(start, child);
	close(ends[0]);
	give_back();
}

static void round_of_kinds(void)
{
	a_pipe();
	a_pipe();
	a_file();
	a_pipe();
	a_socket(SOCK_STREAM);
	a_socket(SOCK_DGRAM);
	one_that_does_not_wait();
	a_listener();
	no_listener();
	a_listener();
	polled();
	an_epoll();
	an_epoll();
	polled();
	a_file();
}

int main(void)
{
	round_of_kinds();
	round_of_kinds();
	return 0;
}
