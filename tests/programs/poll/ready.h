/* Helpers shared by the programs about readiness. */
#ifndef READY_H
#define READY_H

#include "tests/programs/say.h"
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Prints what poll answered, with the names of each descriptor's events. */
static inline void say_polled(const char *what, int answer, const struct pollfd *fds, nfds_t n)
{
	static const struct {
		short event;
		const char *name;
	} names[] = {{POLLIN, "IN"}, {POLLPRI, "PRI"}, {POLLOUT, "OUT"}, {POLLRDHUP, "RDHUP"}, {POLLERR, "ERR"},
	    {POLLHUP, "HUP"}, {POLLNVAL, "NVAL"}, {POLLRDNORM, "RDNORM"}, {POLLWRNORM, "WRNORM"}};

	say(what, answer);
	for (nfds_t i = 0; answer >= 0 && i < n; i++) {
		printf("  %lu:", (unsigned long)i);
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (fds[i].revents & names[k].event)
				printf(" %s", names[k].name);
		printf("\n");
	}
}

/* What a child does to its parent after a while; without a signal, a while after that has begun to wait. */
struct deed {
	int ms;
	int fd;    /* gets a byte; -1: none does */
	int flags; /* of that byte's send(); -1: it is written */
	int signo; /* 0: none */
};

static inline int do_deed(void *arg)
{
	const struct deed *deed = arg;

	if (deed->signo)
		msleep(deed->ms);
	else
		msleep_once_parent_waits(deed->ms);
	if (deed->signo && kill(getppid(), deed->signo) < 0)
		return 1;
	if (deed->fd < 0)
		return 0;
	return (deed->flags < 0 ? write(deed->fd, "!", 1) : send(deed->fd, "!", 1, deed->flags)) != 1;
}

static inline pid_t write_later(int fd)
{
	return start_child(do_deed, &(struct deed){.ms = 40, .fd = fd, .flags = -1});
}

static inline pid_t kill_later(int signo)
{
	return start_child(do_deed, &(struct deed){.ms = 40, .fd = -1, .signo = signo});
}

/* Ends after a while, and with it what only the child has open. */
static inline pid_t end_later(void)
{
	return start_child(do_deed, &(struct deed){.ms = 40, .fd = -1});
}

static inline int opened(const char *path)
{
	return must(path, open(path, O_RDWR));
}

/* A regular file, removed already. */
static inline int regular_file(void)
{
	FILE *file = tmpfile();

	if (!file || fputs("text", file) < 0 || fflush(file) < 0)
		must("tmpfile", -1);
	return must("dup", dup(fileno(file)));
}

/* Memory that nobody can read or write. */
static inline void *wild_pointer(void)
{
	void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must("mmap", page == MAP_FAILED ? -1 : 0);
	return page;
}

/* Prints whether the process was at rest, most of the ms that it waited; began is the clock() of before. */
static inline void say_rested(const char *what, clock_t began, int ms)
{
	printf("%s: %s\n", what, (double)(clock() - began) / CLOCKS_PER_SEC * 1000 < ms / 2.0 ? "rested" : "was busy");
}

/* Prints whether the process has the signal blocked, and whether it is pending. */
static inline void say_signal(const char *what, int signo)
{
	sigset_t blocked, pending;

	must("sigprocmask", sigprocmask(SIG_SETMASK, NULL, &blocked));
	must("sigpending", sigpending(&pending));
	printf("%s: %s, %s\n", what, sigismember(&blocked, signo) ? "blocked" : "let through",
	    sigismember(&pending, signo) ? "pending" : "not pending");
}

/* Blocks the signal, with count_ring() for its handler; what was blocked before goes to *before. */
static inline void block_signal(int signo, int flags, sigset_t *before)
{
	struct sigaction action = {.sa_handler = count_ring, .sa_flags = flags};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	must("sigaction", sigaction(signo, &action, NULL));
	must("sigprocmask", sigprocmask(SIG_BLOCK, &set, before));
	rings = 0;
}

#endif
