/* parks: read */
/* syscall() with the number of sigaction: a handler that was set by it ends a call, or not, as its flags say. */
#include "tests/programs/say.h"
#include <sys/syscall.h>

/* The kernel's idea of struct sigaction. */
struct action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long set;
};

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep(200);
	return write(ends[1], "x", 1) != 1;
}

int main(void)
{
	struct action action, before;
	char bytes[8];
	pid_t child;

	must("pipe", pipe(ends));
	ring_every(40, SA_RESTART);
	say("ask", syscall(SYS_rt_sigaction, SIGALRM, NULL, &action, 8L));
	say_whether("handler", action.handler == count_ring);
	say_whether("restarts", action.flags & SA_RESTART);
	action.flags &= ~(unsigned long)SA_RESTART;
	say("set", syscall(SYS_rt_sigaction, SIGALRM, &action, &before, 8L));
	say_whether("restarted before", before.flags & SA_RESTART);
	say("read, interrupted", read(ends[0], bytes, sizeof(bytes)));
	say("set back", syscall(SYS_rt_sigaction, SIGALRM, &before, NULL, 8L));
	child = start_child(write_late, NULL);
	say_bytes("read, restarted", read(ends[0], bytes, sizeof(bytes)), bytes);
	stop_ringing();
	end_child(child);
	say_whether("rings", rings >= 2);
	say("wrong size", syscall(SYS_rt_sigaction, SIGALRM, NULL, &before, 128L));
	say("no such signal", syscall(SYS_rt_sigaction, 100, NULL, &before, 8L));
	say("wild", syscall(SYS_rt_sigaction, SIGALRM, 16L, NULL, 8L));
	say("not to be caught", syscall(SYS_rt_sigaction, SIGKILL, &action, NULL, 8L));
	return 0;
}
