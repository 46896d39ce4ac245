/* never parks: epoll_wait epoll_pwait epoll_pwait2 */
/* What is ready at once, a time limit of nothing, and bad arguments. */
#include "events.h"
#include <sys/eventfd.h>

static int one[2], two[2], epfd;
static struct epoll_event events[8];

static void ready(void)
{
	watch(epfd, one[0], EPOLLIN, 1);
	watch(epfd, two[0], EPOLLIN | EPOLLET, 2);
	watch(epfd, two[1], EPOLLOUT | EPOLLONESHOT, 3);
	must("write", write(one[1], "!", 1));
	must("write", write(two[1], "!", 1));
	say_events("ready", epoll_wait(epfd, events, 8, -1), events);
	say_events("level only", epoll_pwait(epfd, events, 8, 1000, NULL), events);
	say_events("level only", epoll_pwait2(epfd, events, 8, NULL, NULL), events);
	rearm(epfd, two[1], EPOLLOUT | EPOLLONESHOT, 3);
	say("no room for two", epoll_wait(epfd, events, 1, 1000));
	say("the other", epoll_wait(epfd, events, 1, 1000));
	must("read", read(one[0], &(char){0}, 1));
}

static void no_time(void)
{
	must("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_DEL, two[1], NULL));
	say("no time", epoll_wait(epfd, events, 8, 0));
	say("no time, pwait", epoll_pwait(epfd, events, 8, 0, NULL));
	say("no time, pwait2", epoll_pwait2(epfd, events, 8, &(struct timespec){0, 0}, NULL));
	errno = ENOENT;
	epoll_pwait2(epfd, events, 8, &(struct timespec){0, 0}, NULL);
	say("errno left alone", errno == ENOENT ? 0 : -1);
}

static void errors(void)
{
	int other = must("eventfd", eventfd(0, 0)), closed = must("dup", dup(other));
	void *wild = wild_pointer();

	close(closed);
	for (int max = -1; max < 1; max++) {
		say("room for none", epoll_wait(epfd, events, max, 5000));
		say("room for none, pwait", epoll_pwait(epfd, events, max, -1, NULL));
		say("room for none, pwait2", epoll_pwait2(epfd, events, max, NULL, NULL));
	}
	say("not an epoll", epoll_wait(other, events, 8, 5000));
	say("not an epoll, pwait", epoll_pwait(other, events, 8, -1, NULL));
	say("not an epoll, pwait2", epoll_pwait2(other, events, 8, NULL, NULL));
	say("closed", epoll_wait(closed, events, 8, -1));
	say("closed, pwait", epoll_pwait(closed, events, 8, 5000, NULL));
	say("closed, pwait2", epoll_pwait2(closed, events, 8, &(struct timespec){5, 0}, NULL));
	say("negative", epoll_wait(-1, events, 8, -1));
	say("wild mask", epoll_pwait(epfd, events, 8, -1, wild));
	say("wild mask, pwait2", epoll_pwait2(epfd, events, 8, NULL, wild));
	say("wild limit", epoll_pwait2(epfd, events, 8, wild, NULL));
	say("not a time", epoll_pwait2(epfd, events, 8, &(struct timespec){-1, 0}, NULL));
	say("not a time", epoll_pwait2(epfd, events, 8, &(struct timespec){0, 1000000000}, NULL));
	must("write", write(one[1], "!", 1));
	say("wild events", epoll_wait(epfd, wild, 8, 5000));
	say("wild events, pwait2", epoll_pwait2(epfd, wild, 8, NULL, NULL));
	say_events("still there", epoll_wait(epfd, events, 8, 5000), events);
}

int main(void)
{
	must("pipe", pipe(one));
	must("pipe", pipe(two));
	epfd = must("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	say("close-on-exec", fcntl(epfd, F_GETFD));
	say("bad flags", epoll_create1(12345));
	ready();
	no_time();
	errors();
	return 0;
}
