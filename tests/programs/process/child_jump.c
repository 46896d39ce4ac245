/* parks: waitpid wait */
/* Handlers that jump out of waits for children, and a fork by one. */
#include "tests/programs/child.h"
#include <setjmp.h>

static sigjmp_buf before;

static void jump(int signo)
{
	siglongjmp(before, signo);
}

static void handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	must("sigaction", sigaction(signo, &action, NULL));
}

static void ring_in(int ms)
{
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, ms * 1000L}}, NULL));
}

/* More stack is used than the wait has taken, so that what is left of it there is overwritten. */
static __attribute__((noinline)) void overwrite_stack(void)
{
	volatile char bytes[8192];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)0xa5;
}

static volatile sig_atomic_t ends;

static void count_end(int signo)
{
	(void)signo;
	ends++;
}

static void jump_out(const char *what, bool any)
{
	volatile pid_t child = lasting_child();
	int status = 0, signo;

	handle(SIGALRM, jump, 0);
	handle(SIGCHLD, count_end, SA_RESTART);
	ends = 0;
	for (volatile int i = 0; i < 3; i++) {
		signo = sigsetjmp(before, 1);
		if (!signo) {
			ring_in(30);
			waitpid(any ? -1 : child, &status, 0);
			printf("not reached\n");
		}
		say(what, signo == SIGALRM);
		overwrite_stack();
	}
	ends = 0;
	kill(child, SIGKILL);
	msleep(100);
	say_whether("the child is left", waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT) == 0);
	say_status("it has ended", any ? wait(&status) : waitpid(child, &status, 0), child, &status);
	say("ends", ends);
	handle(SIGCHLD, SIG_DFL, 0);
}

static volatile sig_atomic_t is_child;

static void fork_once(int signo)
{
	(void)signo;
	fflush(stdout);
	is_child = fork() == 0;
}

/* Both go on with the wait: the parent has two children then, and its child, which ends the other, has none. */
static void fork_out_of_wait(void)
{
	pid_t child = lasting_child();
	int status = 0, count = 0;

	handle(SIGALRM, fork_once, SA_RESTART);
	ring_in(30);
	if (wait(&status) < 0 && is_child) {
		int error = errno;

		msleep(50);
		kill(child, SIGKILL);
		_exit(error == ECHILD ? 12 : 13);
	}
	do
		count += WIFSIGNALED(status) ? 1 : WEXITSTATUS(status) == 12 ? 10 : 100;
	while (wait(&status) > 0);
	say("children", count);
}

int main(void)
{
	jump_out("by pid", false);
	jump_out("any", true);
	fork_out_of_wait();
	return 0;
}
