/* threads */
/* A program that answers clock_gettime itself, a day ahead: what waits for a span waits that long, and no longer. */
#include "tests/programs/say.h"
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

int clock_gettime(clockid_t clock, struct timespec *t)
{
	int result = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC)
		t->tv_sec += 86400;
	return result;
}

static double by_kernel(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void say_span(const char *what, double start)
{
	double passed = by_kernel() - start;

	printf("%s: %s\n", what, passed < 0.019 ? "too short" : passed > 30 ? "too long" : "as long as it should");
}

static void *wait_in_ways(void *unused)
{
	struct timespec span = {0, 20000000};
	struct timeval limit = {0, 20000};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;
	double start = by_kernel();

	nanosleep(&span, NULL);
	say_span("nanosleep", start);
	start = by_kernel();
	clock_nanosleep(CLOCK_REALTIME, 0, &span, NULL);
	say_span("clock_nanosleep", start);
	start = by_kernel();
	poll(NULL, 0, 20);
	say_span("poll", start);
	start = by_kernel();
	select(0, NULL, NULL, NULL, &limit);
	say_span("select", start);
	start = by_kernel();
	epoll_wait(epoll, &event, 1, 20);
	say_span("epoll_wait", start);
	close(epoll);
	return unused;
}

int main(void)
{
	pthread_t thread;

	wait_in_ways(NULL);
	must("pthread_create", -pthread_create(&thread, NULL, wait_in_ways, NULL));
	pthread_join(thread, NULL);
	return 0;
}
