/* parks: epoll_wait epoll_pwait epoll_pwait2 */
/* What becomes ready later, or not at all within the time limit. */
#include "events.h"
#include <sys/resource.h>

static int one[2], two[2], epfd;
static struct epoll_event events[8];

static void take(int fd)
{
	must("read", read(fd, &(char){0}, 1));
}

static void data_later(void)
{
	pid_t child = write_later(two[1]);

	say_events("second of two", epoll_wait(epfd, events, 8, -1), events);
	end_child(child);
	take(two[0]);
	child = write_later(one[1]);
	say_events("first, pwait", epoll_pwait(epfd, events, 8, 10000, NULL), events);
	end_child(child);
	take(one[0]);
	child = write_later(two[1]);
	say_events("second, pwait2", epoll_pwait2(epfd, events, 1, NULL, NULL), events);
	end_child(child);
	take(two[0]);
	child = write_later(one[1]);
	say_events("first, pwait2", epoll_pwait2(epfd, events, 1, &(struct timespec){10, 0}, NULL), events);
	end_child(child);
	take(one[0]);
}

static void time_over(void)
{
	struct timespec span = {0, 30000000};
	double began = now();

	say("time over", epoll_wait(epfd, events, 8, 30));
	say_waited("epoll_wait", began, 30);
	began = now();
	say("time over, pwait", epoll_pwait(epfd, events, 8, 30, NULL));
	say_waited("epoll_pwait", began, 30);
	began = now();
	say("time over, pwait2", epoll_pwait2(epfd, events, 8, &span, NULL));
	say_waited("epoll_pwait2", began, 30);
	say_whether("limit untouched", span.tv_sec == 0 && span.tv_nsec == 30000000);
	began = now();
	span.tv_nsec = 100000;
	for (int i = 0; i < 100; i++)
		epoll_pwait2(epfd, events, 8, &span, NULL);
	say_waited("100 times 0.1 ms", began, 10);
}

/* An edge is told once, and again when more comes; a one-shot until it is armed again. */
static void edges(void)
{
	pid_t child;

	rearm(epfd, one[0], EPOLLIN | EPOLLET, 1);
	rearm(epfd, two[0], EPOLLIN | EPOLLONESHOT, 2);
	child = write_later(one[1]);
	say_events("an edge", epoll_wait(epfd, events, 8, -1), events);
	end_child(child);
	say("no edge", epoll_wait(epfd, events, 8, 20));
	child = write_later(one[1]);
	say_events("an edge", epoll_wait(epfd, events, 8, -1), events);
	end_child(child);
	take(one[0]);
	say("half read is no edge", epoll_wait(epfd, events, 8, 20));
	take(one[0]);
	child = write_later(two[1]);
	say_events("one shot", epoll_wait(epfd, events, 8, -1), events);
	end_child(child);
	say("no second shot", epoll_wait(epfd, events, 8, 20));
	rearm(epfd, two[0], EPOLLIN, 2);
	say_events("armed again", epoll_wait(epfd, events, 8, -1), events);
	take(two[0]);
	rearm(epfd, one[0], EPOLLIN, 1);
}

/* An epoll descriptor can be polled, and be in another epoll. */
static void nested(void)
{
	int outer = must("epoll_create1", epoll_create1(0));
	struct pollfd fd = {.fd = epfd, .events = POLLIN};
	pid_t child;

	watch(outer, epfd, EPOLLIN, 9);
	say_polled("poll of an epoll", poll(&fd, 1, 20), &fd, 1);
	child = write_later(one[1]);
	say_events("outer", epoll_wait(outer, events, 8, -1), events);
	end_child(child);
	say_events("inner", epoll_wait(epfd, events, 8, -1), events);
	take(one[0]);
	child = write_later(two[1]);
	say_polled("poll of an epoll", poll(&fd, 1, -1), &fd, 1);
	end_child(child);
	take(two[0]);
	say("outer", epoll_wait(outer, events, 8, 20));
	close(outer);
}

static int add_later(void *arg)
{
	const int *fds = arg;

	msleep(40);
	watch(fds[0], fds[1], EPOLLIN, 5);
	return 0;
}

/* Somebody else adds a descriptor while we wait: the epoll is shared. */
static void added_later(void)
{
	int three[2];
	pid_t child;

	must("pipe", pipe(three));
	must("write", write(three[1], "!", 1));
	child = start_child(add_later, (int[]){epfd, three[0]});
	say_events("added later", epoll_wait(epfd, events, 8, -1), events);
	end_child(child);
	must("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_DEL, three[0], NULL));
	child = end_later();
	close(three[1]);
	watch(epfd, three[0], 0, 6);
	say_events("a hang-up, not asked for", epoll_wait(epfd, events, 8, -1), events);
	end_child(child);
	close(three[0]);
}

static void high_number(void)
{
	struct rlimit limit;
	int high;
	pid_t child;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_cur < 3000) {
		limit.rlim_cur = 3000;
		must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	}
	high = must("F_DUPFD", fcntl(epfd, F_DUPFD, 2500));
	child = write_later(one[1]);
	say_events("a high number", epoll_wait(high, events, 8, -1), events);
	end_child(child);
	take(one[0]);
	close(high);
	say("closed", epoll_wait(high, events, 8, -1));
	say("the other is not", epoll_wait(epfd, events, 8, 20));
}

int main(void)
{
	must("pipe", pipe(one));
	must("pipe", pipe(two));
	epfd = must("epoll_create1", epoll_create1(0));
	watch(epfd, one[0], EPOLLIN, 1);
	watch(epfd, two[0], EPOLLIN, 2);
	data_later();
	time_over();
	edges();
	nested();
	added_later();
	high_number();
	return 0;
}
