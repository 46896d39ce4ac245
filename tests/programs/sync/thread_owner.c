/* threads */
/* A thread that owns a descriptor has its signals, chosen or not, and is told of as the owner. */
#include "tests/programs/threads.h"
#include <sys/socket.h>

static __thread volatile sig_atomic_t mine;
static __thread int code, fd_told;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	code = info->si_code;
	fd_told = info->si_fd;
	mine++;
}

static void say_owner(int fd)
{
	struct f_owner_ex owner = {-1, -1};

	say("getown_ex", fcntl(fd, F_GETOWN_EX, &owner));
	printf("type %d, %s\n", owner.type, owner.pid == gettid() ? "the caller" : owner.pid ? "another" : "nobody");
	say_whether("getown", fcntl(fd, F_GETOWN) == gettid());
	say("getsig", fcntl(fd, F_GETSIG));
}

static void until_signalled(int ends[2], const char *byte, int flags)
{
	int before = mine;

	must("send", send(ends[1], byte, 1, flags));
	while (mine == before)
		usleep(1000);
}

static void make_owned(int ends[2])
{
	const struct f_owner_ex me = {F_OWNER_TID, gettid()};

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	say("setown_ex", fcntl(ends[0], F_SETOWN_EX, &me));
	say_owner(ends[0]);
	must("F_SETFL", fcntl(ends[0], F_SETFL, O_ASYNC));
}

static void *own(void *unused)
{
	const struct f_owner_ex main = {F_OWNER_PID, getpid()}, nobody = {F_OWNER_TID, 1 << 28}, odd = {77, gettid()};
	int ends[2], twin;
	char byte;

	make_owned(ends);
	until_signalled(ends, "a", 0);
	say_whether("from the kernel", code == SI_KERNEL && fd_told == 0);
	say("setsig", fcntl(ends[0], F_SETSIG, SIGRTMIN + 6));
	say_owner(ends[0]);
	until_signalled(ends, "b", 0);
	say_whether("of the descriptor", code == POLL_IN && fd_told == ends[0]);
	say("setsig", fcntl(ends[0], F_SETSIG, 0));
	until_signalled(ends, "c", 0);
	say_whether("from the kernel", code == SI_KERNEL && fd_told == 0);
	twin = dup(ends[0]);
	say_owner(twin);
	say("nobody", fcntl(ends[0], F_SETOWN_EX, &nobody));
	say("odd", fcntl(ends[0], F_SETOWN_EX, &odd));
	say("nowhere", fcntl(ends[0], F_SETOWN_EX, 8));
	say_owner(ends[0]);
	say("process", fcntl(ends[0], F_SETOWN_EX, &main));
	say_owner(ends[0]);
	say("a thread as a process", fcntl(ends[0], F_SETOWN, gettid()));
	say("getown", fcntl(ends[0], F_GETOWN));
	say("read", read(ends[0], &byte, 1));
	close(twin);
	close(ends[0]);
	close(ends[1]);
	return unused;
}

static void *be_quiet(void *end)
{
	while (!*(volatile bool *)end)
		usleep(1000);
	return (void *)(long)mine;
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
	bool end = false;
	pthread_t quiet, owner;
	int ends[2];

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sigaction", sigaction(SIGIO, &action, NULL));
	must("sigaction", sigaction(SIGRTMIN + 6, &action, NULL));
	quiet = start(be_quiet, &end);
	owner = start(own, NULL);
	join(owner);
	say("main had", mine);
	make_owned(ends);
	until_signalled(ends, "d", 0);
	end = true;
	say("the quiet one had", (long)join(quiet));
	return 0;
}
