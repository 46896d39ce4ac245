/* parks: read */
/* The ways to set a handler, and what each makes of a call that waits; the program sees only what it has set. */
#include "tests/programs/say.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static int ends[2];

static int ring_late(void *restarts)
{
	msleep_once_parent_waits(30);
	if (kill(getppid(), SIGALRM) < 0)
		return 1;
	if (!*(bool *)restarts)
		return 0;
	msleep_once_parent_waits(30);
	return write(ends[1], "x", 1) != 1;
}

/* A signal, which is to end the call; or else a byte does that comes later. */
static void read_meanwhile(const char *what, bool restarts)
{
	pid_t child;
	char byte;

	rings = 0;
	child = start_child(ring_late, &restarts);
	say(what, read(ends[0], &byte, 1));
	say("handler ran", rings);
	end_child(child);
	set_nonblocking(ends[0], true);
	while (read(ends[0], &byte, 1) == 1)
		;
	set_nonblocking(ends[0], false);
}

static void say_handler(const char *what, sighandler_t handler)
{
	const char *name = handler == count_ring ? "ours"
			   : handler == SIG_DFL  ? "default"
			   : handler == SIG_IGN  ? "ignored"
			   : handler == SIG_ERR  ? "error"
						 : "another";

	printf("%s: %s\n", what, name);
}

static void say_action(const char *what)
{
	struct sigaction action;

	must("sigaction", sigaction(SIGALRM, NULL, &action));
	say_handler(what, action.sa_handler);
	say_whether("restarts", action.sa_flags & SA_RESTART);
	say_whether("once", action.sa_flags & SA_RESETHAND);
	say_whether("tells more", action.sa_flags & SA_SIGINFO);
	say_whether("blocks itself", sigismember(&action.sa_mask, SIGALRM) == 1);
}

int main(void)
{
	must("pipe", pipe(ends));
	say_handler("at first", signal(SIGALRM, count_ring));
	say_action("signal");
	read_meanwhile("signal restarts", true);

	say("siginterrupt", siginterrupt(SIGALRM, 1));
	say_action("siginterrupt");
	read_meanwhile("siginterrupt interrupts", false);
	say_handler("once more", signal(SIGALRM, count_ring));
	say_action("signal after siginterrupt");
	say("siginterrupt back", siginterrupt(SIGALRM, 0));
	read_meanwhile("restarts again", true);

	say_handler("before", sysv_signal(SIGALRM, count_ring));
	say_action("sysv_signal");
	read_meanwhile("sysv_signal interrupts", false);
	say_handler("used up", signal(SIGALRM, SIG_IGN));
	say_handler("ignored", signal(SIGALRM, SIG_DFL));
	say_handler("no such signal", signal(1000, count_ring));
	say("no such signal", siginterrupt(1000, 1));
	say_handler("cannot be caught", signal(SIGKILL, count_ring));
	say_handler("no handler", signal(SIGALRM, SIG_ERR));
	return 0;
}
