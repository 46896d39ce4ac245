/* syscall() with the numbers that only older architectures have: open, creat, poll, select, epoll_wait, dup2. */
#include "tests/programs/late.h"

#ifdef __x86_64__
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

static void by_poll(void)
{
	struct pollfd fd = {ends[0], POLLIN, 0};
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say("poll", syscall(SYS_poll, &fd, 1L, 5000L));
	take_late(start, child);
	say("poll, nothing", syscall(SYS_poll, &fd, 1L, 10L));
}

static void by_select(void)
{
	struct timeval limit = {5, 0};
	double start = now();
	pid_t child = start_child(write_late, NULL);
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	say("select", syscall(SYS_select, ends[0] + 1L, &set, NULL, NULL, &limit));
	say_whether("rest of the time", limit.tv_sec >= 3 && limit.tv_sec <= 4);
	take_late(start, child);
}

static void by_epoll(void)
{
	int epoll = must("epoll_create1", epoll_create1(0));
	struct epoll_event event = {.events = EPOLLIN};
	double start = now();
	pid_t child = start_child(write_late, NULL);

	must("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
	say("epoll_wait", syscall(SYS_epoll_wait, epoll, &event, 1L, 5000L));
	take_late(start, child);
}

int main(void)
{
	must("pipe", pipe(ends));
	by_poll();
	by_select();
	by_epoll();
	say("open", syscall(SYS_open, "file", O_CREAT | O_WRONLY, 0600));
	say("creat", syscall(SYS_creat, "file", 0600));
	say("dup2", syscall(SYS_dup2, 0, 20));
	say("open, missing", syscall(SYS_open, "missing", O_RDONLY));
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
