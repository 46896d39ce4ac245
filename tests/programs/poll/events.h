/* Helpers of the programs about epoll. */
#ifndef EVENTS_H
#define EVENTS_H

#include "ready.h"
#include <sys/epoll.h>

/* Adds fd; its number in what say_events() prints is `tag`. */
static inline void watch(int epfd, int fd, uint32_t events, int tag)
{
	struct epoll_event event = {.events = events, .data.u64 = (uint64_t)tag};

	must("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

static inline void rearm(int epfd, int fd, uint32_t events, int tag)
{
	struct epoll_event event = {.events = events, .data.u64 = (uint64_t)tag};

	must("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event));
}

/* Prints what an epoll_wait answered: its events by tag, whatever their order. */
static inline void say_events(const char *what, int answer, const struct epoll_event *events)
{
	say(what, answer);
	for (uint64_t tag = 0; tag < 100; tag++)
		for (int i = 0; i < answer; i++)
			if (events[i].data.u64 == tag)
				printf("  %d:%s%s%s%s%s\n", (int)tag, events[i].events & EPOLLIN ? " IN" : "",
				    events[i].events & EPOLLOUT ? " OUT" : "",
				    events[i].events & EPOLLRDHUP ? " RDHUP" : "",
				    events[i].events & EPOLLERR ? " ERR" : "",
				    events[i].events & EPOLLHUP ? " HUP" : "");
}

#endif
