/* threads and helpers */
/* Tasks in this process's memory that are no threads: they wait by themselves, and what is theirs stays theirs. */
#include "tests/programs/threads.h"
#include <sched.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum { STACK = 1 << 16 };

static char stacks[4][STACK] __attribute__((aligned(64)));
static volatile bool is_over;
static atomic_long ticks;
static int to_task[2], from_task[2], kept[2];
static __thread int variable;

static void *tick(void *unused)
{
	while (!is_over) {
		free(malloc(100));
		ticks++;
		msleep(1);
	}
	return unused;
}

static pid_t make(int (*task)(void *), int flags, void *arg)
{
	static int next;

	return must("clone", clone(task, stacks[next++ % 4] + STACK, flags | SIGCHLD, arg));
}

static int end_of(pid_t child)
{
	int status = -1;

	must("waitpid", waitpid(child, &status, __WALL));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int done;

static int sleep_read_and_write(void *unused)
{
	char byte = 0;

	(void)unused;
	msleep(5);
	if (read(to_task[0], &byte, 1) == 1)
		done += byte;
	if (read(-1, &byte, 1) != -1 || errno != EBADF)
		return 1;
	free(malloc(1000));
	return write(from_task[1], "r", 1) == 1 ? 6 : 2;
}

static void wait_beside(int flags, const char *what)
{
	long before, good = 0;
	char byte;

	done = 0;
	for (int i = 0; i < 10; i++) {
		pid_t task = make(sleep_read_and_write, CLONE_VM | flags, NULL);

		before = ticks;
		while (ticks < before + 3)
			msleep(1);
		must("write", write(to_task[1], "\1", 1));
		good += read(from_task[0], &byte, 1) == 1 && byte == 'r';
		good += end_of(task) == 6;
	}
	say(what, good);
	say("did", done);
}

/* The maker's variables are there, as they were. */
static int see_variable(void *unused)
{
	(void)unused;
	return variable == 7 ? 9 : 1;
}

static void *make_with_variable(void *unused)
{
	(void)unused;
	variable = 7;
	return (void *)(long)end_of(make(see_variable, CLONE_VM | CLONE_FILES, NULL));
}

/* Without CLONE_FILES, what it closes is its own. */
static int close_all(void *unused)
{
	(void)unused;
	close(kept[0]);
	dup2(to_task[0], kept[1]);
	close(kept[1]);
	return 3;
}

static void *read_kept(void *unused)
{
	char byte = 0;

	(void)unused;
	return (void *)(long)(read(kept[0], &byte, 1) == 1 ? byte : -1);
}

static void close_elsewhere(void)
{
	pthread_t reader = start(read_kept, NULL);

	msleep(20);
	say("one that closes", end_of(make(close_all, CLONE_VM, NULL)));
	msleep(20);
	must("write", write(kept[1], "k", 1));
	say_whether("the waiter has read", join(reader) == (void *)'k');
}

/* Without CLONE_SIGHAND, its handlers are its own. */
static volatile sig_atomic_t here, there;

static void note_here(int signo)
{
	(void)signo;
	here++;
}

static void note_there(int signo)
{
	(void)signo;
	there++;
}

static int handle(void *unused)
{
	struct sigaction before;

	(void)unused;
	signal(SIGUSR1, note_there);
	sigaction(SIGUSR2, NULL, &before);
	kill(getpid(), SIGUSR1);
	return there == 1 && before.sa_handler == note_here ? 4 : 1;
}

static void handle_elsewhere(void)
{
	struct sigaction now_set;

	signal(SIGUSR1, note_here);
	signal(SIGUSR2, note_here);
	say("one that has a handler", end_of(make(handle, CLONE_VM | CLONE_FILES, NULL)));
	sigaction(SIGUSR1, NULL, &now_set);
	say_whether("ours is as it was", now_set.sa_handler == note_here);
	raise(SIGUSR1);
	say("here", here);
	say("there", there);
}

/* CLONE_VFORK has the maker wait for the end of the task, but no other thread: one brings what the task waits for. */
static void *write_soon(void *unused)
{
	msleep(30);
	must("write", write(to_task[1], "\1", 1));
	return unused;
}

static int wait_for_byte(void *went_on)
{
	char byte = 0;

	if (read(to_task[0], &byte, 1) != 1)
		return 1;
	msleep(30);
	return *(volatile bool *)went_on ? 2 : 11;
}

static void wait_as_vfork(void)
{
	volatile bool went_on = false;
	pthread_t writer = start(write_soon, NULL);
	pid_t task = make(wait_for_byte, CLONE_VM | CLONE_VFORK, (void *)&went_on);

	went_on = true;
	say("one that the caller waits for", end_of(task));
	join(writer);
}

static sigset_t mask_of_task;

static int see_mask(void *unused)
{
	(void)unused;
	return sigprocmask(SIG_SETMASK, NULL, &mask_of_task);
}

static void *make_with_mask(void *flags)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	sigemptyset(&mask_of_task);
	end_of(make(see_mask, CLONE_VM | (int)(long)flags, NULL));
	return (void *)(long)(sigismember(&mask_of_task, SIGUSR2) == 1 && !sigismember(&mask_of_task, SIGUSR1));
}

/* What cannot be made. */
static void fail(void)
{
	say("no function", clone(NULL, stacks[0] + STACK, SIGCHLD, NULL));
	say("no stack", clone(see_mask, NULL, CLONE_VM | SIGCHLD, NULL));
	say("a thread without handlers in common", clone(see_mask, stacks[0] + STACK, CLONE_VM | CLONE_THREAD, NULL));
}

int main(void)
{
	pthread_t ticker;

	must("pipe", pipe(to_task));
	must("pipe", pipe(from_task));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, kept));
	must("dup2", dup2(kept[0], 100));
	ticker = start(tick, NULL);
	wait_beside(CLONE_FS | CLONE_FILES, "with common files");
	wait_beside(0, "with files of their own");
	wait_beside(CLONE_FS | CLONE_FILES | CLONE_SIGHAND, "with common handlers");
	say("one that looks at a variable", (long)join(start(make_with_variable, NULL)));
	handle_elsewhere();
	wait_as_vfork();
	say("with its maker's mask", (long)join(start(make_with_mask, NULL)));
	say("and as by vfork", (long)join(start(make_with_mask, (void *)(long)CLONE_VFORK)));
	fail();
	is_over = true;
	join(ticker);
	close_elsewhere();
	return 0;
}
