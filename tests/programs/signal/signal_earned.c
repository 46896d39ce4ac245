/* threads */
/*
 * Signals that the kernel sends to the very thread whose call has earned them: one that blocks SIGPIPE or SIGXFSZ gets
 * a failure, and the signal is pending for it alone, whatever the others block. And faults in a blocked signal.
 */
#include "tests/programs/threads.h"
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { LIMIT = 1 << 20 };

static int ends[2], broken_pipe[2];
static __thread volatile sig_atomic_t handled;
static volatile sig_atomic_t handled_in_all;

static void note(int signo)
{
	(void)signo;
	handled++;
	handled_in_all++;
}

static void change(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static bool is_pending(int signo)
{
	sigset_t pending;

	must("sigpending", sigpending(&pending));
	return sigismember(&pending, signo);
}

/* Takes a pending one, and says whose it was. */
static void take(int signo)
{
	const struct timespec at_once = {0, 0};
	siginfo_t info = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	say("taken", sigtimedwait(&set, &info, &at_once));
	if (info.si_signo)
		say_whether("of this process", info.si_pid == getpid());
}

static void show(const char *call, long result)
{
	say(call, result);
	say_whether("pending", is_pending(SIGPIPE));
	if (handled)
		say("handled", handled);
	if (is_pending(SIGPIPE))
		take(SIGPIPE);
}

static void write_in_all_ways(void)
{
	struct iovec part = {"x", 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct mmsghdr messages = {.msg_hdr = message};

	show("write", write(ends[0], "x", 1));
	show("writev", writev(ends[0], &part, 1));
	show("send", send(ends[0], "x", 1, 0));
	show("sendto", sendto(ends[0], "x", 1, 0, NULL, 0));
	show("sendmsg", sendmsg(ends[0], &message, 0));
	show("sendmmsg", sendmmsg(ends[0], &messages, 1, 0));
	show("MSG_NOSIGNAL", send(ends[0], "x", 1, MSG_NOSIGNAL));
	show("write to a pipe", write(broken_pipe[1], "x", 1));
	show("pwritev2", pwritev2(broken_pipe[1], &part, 1, -1, 0));
	show("vmsplice", vmsplice(broken_pipe[1], &part, 1, 0));
}

static void *block_and_write(void *unused)
{
	change(SIG_BLOCK, SIGPIPE);
	write_in_all_ways();
	set_nonblocking(ends[0], true);
	write_in_all_ways();
	set_nonblocking(ends[0], false);
	return unused;
}

static void *block_and_write_ignored(void *unused)
{
	struct iovec part = {"x", 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	show("open, ignored", write(ends[0], "x", 1));
	change(SIG_BLOCK, SIGPIPE);
	show("write", write(ends[0], "x", 1));
	show("writev", writev(ends[0], &part, 1));
	show("send", send(ends[0], "x", 1, 0));
	show("sendmsg", sendmsg(ends[0], &message, 0));
	show("MSG_NOSIGNAL", send(ends[0], "x", 1, MSG_NOSIGNAL));
	show("write to a pipe", write(broken_pipe[1], "x", 1));
	set_nonblocking(broken_pipe[1], true);
	show("write to a pipe", write(broken_pipe[1], "x", 1));
	set_nonblocking(broken_pipe[1], false);
	return unused;
}

static void *write_once(void *unused)
{
	say("write", write(broken_pipe[1], "x", 1));
	say("handled", handled);
	return unused;
}

/* It is pending until it is let through, and another thread's is another's. */
static void *block_and_let_through(void *unused)
{
	change(SIG_BLOCK, SIGPIPE);
	handled = 0;
	say("write", write(broken_pipe[1], "x", 1));
	join(start(write_once, NULL)); /* inherits the mask */
	say("handled", handled);
	change(SIG_UNBLOCK, SIGPIPE);
	say("handled", handled);
	return unused;
}

static void with_handler(int flags)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = flags}, before;

	must("sigaction", sigaction(SIGPIPE, &action, &before));
	say_whether("default before", before.sa_handler == SIG_DFL && !(before.sa_flags & SA_SIGINFO));
	join(start(block_and_write, NULL));
	join(start(block_and_let_through, NULL));
	if (!(flags & (int)SA_RESETHAND))
		join(start(
		    write_once, NULL)); /* the one that does not block it runs the handler before the call returns */
	say("handled in all", handled_in_all);
	must("sigaction", sigaction(SIGPIPE, NULL, &before));
	say_whether("default after", before.sa_handler == SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	handled_in_all = 0;
}

static void *block_for_ever(void *unused)
{
	change(SIG_BLOCK, SIGPIPE);
	change(SIG_BLOCK, SIGXFSZ);
	while (true)
		msleep(1000);
	return unused;
}

/* In a child: a thread that blocks the signal lives while another, which does not, has it. */
static int beside_blocker(void *run)
{
	start(block_for_ever, NULL);
	msleep(20);
	join(start((void *(*)(void *))run, NULL));
	puts("lives on");
	fflush(stdout);
	return 0;
}

static void *kill_self(void *unused)
{
	kill(getpid(), SIGPIPE);
	return unused;
}

static void *block_and_kill_self(void *unused)
{
	change(SIG_BLOCK, SIGPIPE);
	kill(getpid(), SIGPIPE);
	msleep(1000);
	return unused;
}

static void *block_and_unblock(void *unused)
{
	change(SIG_BLOCK, SIGPIPE);
	say("write", write(broken_pipe[1], "x", 1));
	fflush(stdout);
	change(SIG_UNBLOCK, SIGPIPE);
	return unused;
}

static int open_full(void)
{
	char path[] = "/tmp/signal_earned.XXXXXX";
	int fd = must("mkstemp", mkstemp(path));

	unlink(path);
	must("lseek", lseek(fd, LIMIT, SEEK_SET));
	return fd;
}

static void *write_beyond(void *unused)
{
	int fd = open_full();

	say("write", write(fd, "x", 1));
	say("pwrite", pwrite(fd, "x", 1, LIMIT + 1000));
	say("ftruncate", ftruncate(fd, LIMIT + 1000));
	say_whether("pending", is_pending(SIGXFSZ));
	say_whether("other pending", is_pending(SIGPIPE));
	if (is_pending(SIGXFSZ))
		take(SIGXFSZ);
	close(fd);
	fflush(stdout);
	return unused;
}

static void *block_and_write_beyond(void *unused)
{
	change(SIG_BLOCK, SIGXFSZ);
	return write_beyond(unused);
}

static void *ignore_and_write_beyond(void *unused)
{
	int fd = open_full();

	signal(SIGXFSZ, SIG_IGN);
	change(SIG_BLOCK, SIGXFSZ);
	say("write", write(fd, "x", 1));
	say_whether("pending", is_pending(SIGXFSZ));
	take(SIGXFSZ);
	close(fd);
	return unused;
}

static int limit_and(void *run)
{
	struct rlimit limit = {LIMIT, LIMIT};

	must("setrlimit", setrlimit(RLIMIT_FSIZE, &limit));
	return beside_blocker(run);
}

static void leave(int signo)
{
	(void)signo;
	_exit(3);
}

static void *fault(void *unused)
{
	void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*(volatile int *)nowhere = 1;
	return unused;
}

static void *block_and_fault(void *unused)
{
	change(SIG_BLOCK, SIGSEGV);
	return fault(unused);
}

static void *block_and_raise(void *unused)
{
	change(SIG_BLOCK, SIGSEGV);
	raise(SIGSEGV);
	puts("blocked");
	return unused;
}

static int with_fault_handler(void *run)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, leave);
	return beside_blocker(run);
}

int main(void)
{
	struct rlimit none = {0, 0};

	must("setrlimit", setrlimit(RLIMIT_CORE, &none));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	close(ends[1]);
	must("pipe", pipe(broken_pipe));
	close(broken_pipe[0]);
	join(start(block_and_write, NULL));
	signal(SIGPIPE, SIG_IGN); /* a blocked one is pending all the same */
	join(start(block_and_write_ignored, NULL));
	signal(SIGPIPE, SIG_DFL);
	with_handler(0);
	with_handler(SA_RESTART);
	with_handler((int)SA_RESETHAND);
	end_child(start_child(beside_blocker, block_and_write));
	end_child(start_child(beside_blocker, write_once));
	end_child(start_child(beside_blocker, block_and_unblock));
	end_child(start_child(beside_blocker, kill_self));
	end_child(start_child(beside_blocker, block_and_kill_self));
	end_child(start_child(limit_and, write_beyond));
	end_child(start_child(limit_and, block_and_write_beyond));
	end_child(start_child(limit_and, ignore_and_write_beyond));
	end_child(start_child(with_fault_handler, fault));
	end_child(start_child(with_fault_handler, block_and_fault));
	end_child(start_child(with_fault_handler, block_and_raise));
	return 0;
}
