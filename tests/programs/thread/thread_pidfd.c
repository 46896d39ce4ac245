/* threads */
/* A descriptor of a thread becomes readable at its end, and signals are sent to that thread by it. */
#include "tests/programs/threads.h"
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>

enum { OF_THREAD = O_EXCL };

static __thread volatile sig_atomic_t mine;
static sem_t gate;
static pid_t id;

static void on_signal(int signo)
{
	mine += signo == SIGUSR1;
}

static void *tell_id_and_wait(void *unused)
{
	__atomic_store_n(&id, gettid(), __ATOMIC_SEQ_CST);
	while (!mine)
		usleep(1000);
	sem_wait(&gate);
	return unused;
}

static bool is_readable(int fd, int ms)
{
	struct pollfd end = {.fd = fd, .events = POLLIN};

	return poll(&end, 1, ms) == 1 && end.revents & POLLIN;
}

static bool is_hung_up(int fd)
{
	struct pollfd end = {.fd = fd};

	return poll(&end, 1, 0) == 1 && end.revents & POLLHUP;
}

/* What poll tells, by name. */
static void say_events(const char *what, int fd, short events, int ms)
{
	struct pollfd entry = {.fd = fd, .events = events};
	int ready = poll(&entry, 1, ms);

	printf("%s: %d%s%s%s\n", what, ready, entry.revents & POLLIN ? " in" : "",
	    entry.revents & POLLHUP ? " hung up" : "", entry.revents & ~(POLLIN | POLLHUP) ? " more" : "");
}

/* A thread is nobody's child. */
static void wait_as_for_a_child(int fd)
{
	siginfo_t info = {0};

	say("waitid", waitid(P_PIDFD, (id_t)fd, &info, WEXITED));
	say("waitid, of a clone", waitid(P_PIDFD, (id_t)fd, &info, WEXITED | __WALL));
	say("waitid, at once", waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG));
	say("waitid, odd", waitid(P_PIDFD, (id_t)fd, &info, 0));
	say("waitid, raw", syscall(SYS_waitid, P_PIDFD, fd, &info, WEXITED, NULL));
}

/* By two descriptors of one thread, and by epoll. */
static void tell_the_end(void)
{
	int epoll = must("epoll_create1", epoll_create1(EPOLL_CLOEXEC)), first, second, n;
	struct epoll_event event = {.events = EPOLLIN};
	pthread_t thread;

	__atomic_store_n(&id, 0, __ATOMIC_SEQ_CST);
	thread = start(tell_id_and_wait, NULL);
	while (!__atomic_load_n(&id, __ATOMIC_SEQ_CST))
		msleep(1);
	first = must("open", pidfd_open(id, OF_THREAD));
	second = must("open", pidfd_open(id, OF_THREAD));
	must("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, second, &event));
	say_events("before", first, POLLIN, 0);
	say_events("before, hung up", first, 0, 0);
	say("epoll before", epoll_wait(epoll, &event, 1, 0));
	wait_as_for_a_child(first);
	close(first);
	first = must("open", pidfd_open(id, OF_THREAD));
	pthread_kill(thread, SIGUSR1);
	sem_post(&gate);
	n = epoll_wait(epoll, &event, 1, 30000);
	printf("epoll: %d%s\n", n, event.events & EPOLLIN ? " in" : "");
	join(thread);
	for (int tries = 0; tries < 3000 && !is_hung_up(first); tries++)
		msleep(10); /* the kernel takes it away some time after it was joined */
	say_events("after", first, POLLIN, 30000);
	say_events("after, hung up", second, 0, 30000);
	wait_as_for_a_child(second);
	close(first);
	close(second);
	close(epoll);
	say("waitid, closed", waitid(P_PIDFD, (id_t)first, &(siginfo_t){0}, WEXITED));
}

static void wait_by_descriptor(void)
{
	pthread_t thread = start(tell_id_and_wait, NULL);
	int fd, twin;

	while (!__atomic_load_n(&id, __ATOMIC_SEQ_CST))
		msleep(1);
	say("odd flags", pidfd_open(id, 1 << 20));
	say("as a process", pidfd_open(id, 0));
	fd = must("open", pidfd_open(id, OF_THREAD));
	say_whether("close-on-exec", fcntl(fd, F_GETFD) & FD_CLOEXEC);
	say_whether("readable", is_readable(fd, 0));
	say("signal, none", pidfd_send_signal(fd, 0, NULL, 0));
	say("signal, odd", pidfd_send_signal(fd, 0, NULL, 1 << 20));
	say("signal, wrong", pidfd_send_signal(fd, 1000, NULL, 0));
	say("signal", pidfd_send_signal(fd, SIGUSR1, NULL, 0));
	say("getfd, none", pidfd_getfd(fd, 1 << 20, 0));
	say("getfd, odd", pidfd_getfd(fd, 0, 1));
	twin = pidfd_getfd(fd, 1, 0);
	say_whether("getfd", twin > 2 && twin != fd && fcntl(twin, F_GETFD) == FD_CLOEXEC);
	close(twin);
	sem_post(&gate);
	say_whether("readable at its end", is_readable(fd, 30000));
	join(thread);
	say("signal what has ended", pidfd_send_signal(fd, SIGUSR1, NULL, 0));
	say("main had", mine);
	close(fd);
	say("closed", pidfd_send_signal(fd, SIGUSR1, NULL, 0));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&gate, 0, 0));
	signal(SIGUSR1, on_signal);
	if (syscall(SYS_pidfd_open, getpid(), OF_THREAD) < 0) {
		puts("skipped: this kernel has no descriptors of threads");
		return 0;
	}
	wait_by_descriptor();
	tell_the_end();
	say("nobody", pidfd_open(1 << 28, OF_THREAD));
	return 0;
}
