/* Calls that block for ever, each in a function, for the tests of what ends them. */
#ifndef BLOCKERS_H
#define BLOCKERS_H

#include "net.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>

static int ends[2];
static char byte;

static long in_read(void)
{
	return read(ends[0], &byte, 1);
}

static long in_readv(void)
{
	return readv(ends[0], &(struct iovec){&byte, 1}, 1);
}

static long in_recv(void)
{
	return recv(ends[0], &byte, 1, 0);
}

static long in_recvfrom(void)
{
	return recvfrom(ends[0], &byte, 1, 0, NULL, NULL);
}

static long in_recvmsg(void)
{
	return recvmsg(ends[0], &(struct msghdr){.msg_iov = &(struct iovec){&byte, 1}, .msg_iovlen = 1}, 0);
}

static long in_poll(void)
{
	return poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, -1);
}

static long in_poll_of_nothing(void)
{
	return poll(NULL, 0, 100000);
}

static long in_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	return select(ends[0] + 1, &set, NULL, NULL, &(struct timeval){100, 0});
}

static long in_epoll_wait(void)
{
	struct epoll_event event;
	int fd = (int)must("epoll_create1", epoll_create1(0)), error;
	long result = epoll_wait(fd, &event, 1, -1);

	error = errno;
	close(fd);
	errno = error;
	return result;
}

static long in_usleep(void)
{
	return usleep(999999);
}

static long in_nanosleep(void)
{
	struct timespec left = {0};
	long result = nanosleep(&(struct timespec){.tv_sec = 100}, &left);

	expect("nanosleep tells what is left", left.tv_sec >= 50 && left.tv_sec <= 100);
	return result;
}

static long in_clock_nanosleep(void)
{
	int error = clock_nanosleep(CLOCK_REALTIME, 0, &(struct timespec){.tv_sec = 100}, NULL);

	errno = error;
	return error ? -1 : 0;
}

static long in_green_sleep(void)
{
	return green_sleep(100);
}

static long in_green_wait_fd(void)
{
	return green_wait_fd(ends[0], POLLIN, -1);
}

static long in_accept(void)
{
	int fd = listen_anywhere(&(struct sockaddr_in){0}, 1), error;
	long result = accept(fd, NULL, NULL);

	error = errno;
	close(fd);
	errno = error;
	return result;
}

/* Its listener's backlog is full: connections wait. */
static struct sockaddr_in full;

static void fill_backlog(void)
{
	int i, fd;

	listen_anywhere(&full, 0);
	for (i = 0; i < 3; i++) {
		fd = (int)must("socket", socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
		if (connect(fd, (struct sockaddr *)&full, sizeof(full)) < 0 && errno != EINPROGRESS)
			must("connect", -1);
	}
}

static long in_connect(void)
{
	int fd = (int)must("socket", socket(AF_INET, SOCK_STREAM, 0)), error;
	long result = connect(fd, (struct sockaddr *)&full, sizeof(full));

	error = errno;
	close(fd);
	errno = error;
	return result;
}

/* A full pipe: nothing was written, so the failure shows. */
static long in_write(void)
{
	int two[2], error;
	long result;

	must("pipe", pipe(two));
	must("O_NONBLOCK", fcntl(two[1], F_SETFL, O_NONBLOCK));
	while (write(two[1], "full", 4) > 0)
		;
	must("O_NONBLOCK", fcntl(two[1], F_SETFL, 0));
	result = write(two[1], "x", 1);
	error = errno;
	close(two[0]);
	close(two[1]);
	errno = error;
	return result;
}

static const struct {
	const char *name;
	long (*call)(void);
} calls[] = {{"read", in_read}, {"readv", in_readv}, {"recv", in_recv}, {"recvfrom", in_recvfrom},
    {"recvmsg", in_recvmsg}, {"poll", in_poll}, {"poll of nothing", in_poll_of_nothing}, {"select", in_select},
    {"epoll_wait", in_epoll_wait}, {"usleep", in_usleep}, {"nanosleep", in_nanosleep},
    {"clock_nanosleep", in_clock_nanosleep}, {"green_sleep", in_green_sleep}, {"green_wait_fd", in_green_wait_fd},
    {"accept", in_accept}, {"connect", in_connect}, {"write", in_write}};

static inline void make_blockers(void)
{
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	fill_backlog();
}

#endif
