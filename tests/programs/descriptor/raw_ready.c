/* parks: ppoll pselect epoll_pwait epoll_pwait2 */
/* syscall() with the numbers of the calls that wait for readiness: they take the kernel's signal set and its size. */
#include "tests/programs/late.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

static const struct timespec a_while = {0, 30000000}, no_time;
static const unsigned long ring_set = 1UL << (SIGALRM - 1), empty_set;

struct sized {
	const unsigned long *set;
	size_t size;
};

static bool is_between(const struct timespec *t, long low, long high)
{
	return t->tv_sec >= low && t->tv_sec < high;
}

static void by_ppoll(void)
{
	struct pollfd fd = {ends[0], POLLIN, 0};
	struct timespec limit = {5, 0};
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say("ppoll", syscall(SYS_ppoll, &fd, 1L, &limit, &empty_set, 8L));
	say_whether("rest of the time", is_between(&limit, 3, 5));
	take_late(start, child);
	limit = a_while;
	say("ppoll, nothing", syscall(SYS_ppoll, &fd, 1L, &limit, NULL, 0L));
	say_whether("no time left", limit.tv_sec == 0 && limit.tv_nsec == 0);
	say("ppoll, constant limit", syscall(SYS_ppoll, &fd, 1L, &a_while, NULL, 0L));
	say("ppoll, no time", syscall(SYS_ppoll, &fd, 1L, &no_time, NULL, 0L));
	say("ppoll, wrong size", syscall(SYS_ppoll, &fd, 1L, &a_while, &empty_set, 128L));
	say("ppoll, wild set", syscall(SYS_ppoll, &fd, 1L, &a_while, 16L, 8L));
	say("ppoll, wild limit", syscall(SYS_ppoll, &fd, 1L, 16L, NULL, 8L));
	say("ppoll, bad limit", syscall(SYS_ppoll, &fd, 1L, &(struct timespec){0, -1}, NULL, 8L));
}

static void by_pselect(void)
{
	struct sized sized = {&empty_set, 8}, none = {NULL, 0}, wrong = {&empty_set, 3};
	struct timespec limit = {5, 0};
	double start = now();
	pid_t child = start_child(write_late, NULL);
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	say("pselect6", syscall(SYS_pselect6, ends[0] + 1L, &set, NULL, NULL, &limit, &sized));
	say_whether("ready", FD_ISSET(ends[0], &set));
	say_whether("rest of the time", is_between(&limit, 3, 5));
	take_late(start, child);
	say("pselect6, nothing", syscall(SYS_pselect6, ends[0] + 1L, &set, NULL, NULL, &a_while, &none));
	say_whether("ready", FD_ISSET(ends[0], &set));
	say("pselect6, no mask", syscall(SYS_pselect6, 0L, NULL, NULL, NULL, &a_while, NULL));
	say("pselect6, wrong size", syscall(SYS_pselect6, 0L, NULL, NULL, NULL, &a_while, &wrong));
	say("pselect6, wild", syscall(SYS_pselect6, 0L, NULL, NULL, NULL, &a_while, 16L));
}

static void by_epoll(void)
{
	int epoll = must("epoll_create1", (int)syscall(SYS_epoll_create1, 0));
	struct epoll_event event = {.events = EPOLLIN};
	double start = now();
	pid_t child = start_child(write_late, NULL);

	must("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
	say("epoll_pwait", syscall(SYS_epoll_pwait, epoll, &event, 1L, 5000L, &empty_set, 8L));
	take_late(start, child);
	start = now();
	child = start_child(write_late, NULL);
	say("epoll_pwait2", syscall(SYS_epoll_pwait2, epoll, &event, 1L, &(struct timespec){5, 0}, NULL, 0L));
	take_late(start, child);
	say("epoll_pwait, nothing", syscall(SYS_epoll_pwait, epoll, &event, 1L, 30L, NULL, 0L));
	say("epoll_pwait2, nothing", syscall(SYS_epoll_pwait2, epoll, &event, 1L, &a_while, &ring_set, 8L));
	say("epoll_pwait, wrong size", syscall(SYS_epoll_pwait, epoll, &event, 1L, 30L, &ring_set, 7L));
	close(epoll);
}

/* SIGALRM is blocked but while they wait, and then in their own way. */
static void with_masks(void)
{
	struct sized open = {&empty_set, 8}, shut = {&ring_set, 8};
	int epoll = must("epoll_create1", epoll_create1(0));
	struct epoll_event event;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	must("sigprocmask", sigprocmask(SIG_BLOCK, &set, NULL));
	ring_every(20, SA_RESTART);
	say("ppoll", syscall(SYS_ppoll, NULL, 0L, &(struct timespec){5, 0}, &empty_set, 8L));
	say("pselect6", syscall(SYS_pselect6, 0L, NULL, NULL, NULL, &(struct timespec){5, 0}, &open));
	say("epoll_pwait", syscall(SYS_epoll_pwait, epoll, &event, 1L, 5000L, &empty_set, 8L));
	say("rings", rings == 3);
	say("ppoll, shut", syscall(SYS_ppoll, NULL, 0L, &a_while, &ring_set, 8L));
	say("pselect6, shut", syscall(SYS_pselect6, 0L, NULL, NULL, NULL, &a_while, &shut));
	say("rings", rings == 3);
	stop_ringing();
	close(epoll);
}

int main(void)
{
	must("pipe", pipe(ends));
	by_ppoll();
	by_pselect();
	by_epoll();
	with_masks();
	return 0;
}
