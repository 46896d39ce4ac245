/* parks: read write eventfd_read */
/* Descriptors that are no files: eventfd, timerfd, signalfd, inotify. */
#include "tests/programs/say.h"
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static int fd;

static int add_late(void *amount)
{
	msleep_once_parent_waits(100);
	return eventfd_write(fd, *(eventfd_t *)amount) != 0;
}

static int take_late(void *unused)
{
	eventfd_t value;

	(void)unused;
	msleep_once_parent_waits(100);
	return eventfd_read(fd, &value) != 0;
}

static int touch_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(100);
	return close(must("open", open("touched", O_CREAT | O_WRONLY, 0600)));
}

static int signal_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(100);
	return kill(getppid(), SIGUSR1);
}

static long read_number(uint64_t *number)
{
	return read(fd, number, sizeof(*number));
}

static void counter(void)
{
	uint64_t number = 0, full = UINT64_MAX - 1, three = 3;
	double start = now();
	pid_t child;

	fd = must("eventfd", eventfd(2, 0));
	say("read", read_number(&number));
	say("value", (long)number);
	say("too small", read(fd, &number, 4));
	say("too large a number", write(fd, &(uint64_t){UINT64_MAX}, 8));
	child = start_child(add_late, &three);
	say("read late", read_number(&number));
	say("value", (long)number);
	say_waited("read", start, 100);
	end_child(child);

	say("fill", eventfd_write(fd, full));
	start = now();
	child = start_child(take_late, NULL);
	say("write", write(fd, &three, 8));
	say_waited("write", start, 100);
	end_child(child);
	say("eventfd_read", eventfd_read(fd, &number));
	say("value", (long)number);
	start = now();
	child = start_child(add_late, &three);
	say("eventfd_read late", eventfd_read(fd, &number));
	say_waited("eventfd_read", start, 100);
	end_child(child);
	close(fd);
}

static void semaphore(void)
{
	uint64_t number = 0;

	fd = must("eventfd", eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
	say("one", read_number(&number));
	say("value", (long)number);
	say("two", read_number(&number));
	say("none", read_number(&number));
	close(fd);
}

static void timer(void)
{
	struct itimerspec often = {{0, 20000000}, {0, 20000000}};
	uint64_t number = 0;
	double start = now();

	fd = must("timerfd_create", timerfd_create(CLOCK_MONOTONIC, 0));
	must("timerfd_settime", timerfd_settime(fd, 0, &often, NULL));
	say("first", read_number(&number));
	say("second", read_number(&number));
	say_waited("timer", start, 40);
	say("too small", read(fd, &number, 4));
	msleep(100);
	say("after a while", read_number(&number));
	say_whether("several at once", number >= 4);
	close(fd);
}

static void signals(void)
{
	struct signalfd_siginfo info[2];
	double start = now();
	sigset_t set;
	pid_t child;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must("sigprocmask", sigprocmask(SIG_BLOCK, &set, NULL));
	fd = must("signalfd", signalfd(-1, &set, 0));
	say("too small", read(fd, info, 8));
	child = start_child(signal_late, NULL);
	say_whether("one signal", read(fd, info, sizeof(info)) == sizeof(*info));
	say("which", info[0].ssi_signo);
	say_whether("from the child", info[0].ssi_pid == (uint32_t)child);
	say_waited("signal", start, 100);
	end_child(child);
	close(fd);
}

static void files(void)
{
	union {
		struct inotify_event event;
		char bytes[1024];
	} u;
	double start = now();
	pid_t child;

	fd = must("inotify_init", inotify_init());
	must("inotify_add_watch", inotify_add_watch(fd, ".", IN_CREATE));
	child = start_child(touch_late, NULL);
	say_whether("an event", read(fd, &u, sizeof(u)) >= (long)sizeof(u.event));
	printf("%s\n", u.event.name);
	say_waited("inotify", start, 100);
	end_child(child);
	close(fd);
}

int main(void)
{
	counter();
	semaphore();
	timer();
	signals();
	files();
	return 0;
}
