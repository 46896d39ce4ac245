/* parks: poll ppoll */
/* A handler ends a wait with EINTR, SA_RESTART or not; the mask of ppoll holds while it waits, and no longer. */
#include "ready.h"

static int ends[2];

static void interrupted(int flags)
{
	struct pollfd fd = {.fd = ends[0], .events = POLLIN, .revents = 7};

	ring_every(30, flags);
	say("poll", poll(&fd, 1, -1));
	say("poll, long limit", poll(&fd, 1, 10000));
	say("poll, no descriptor", poll(NULL, 0, 10000));
	say("ppoll", ppoll(&fd, 1, NULL, NULL));
	say("ppoll, long limit", ppoll(&fd, 1, &(struct timespec){10, 0}, NULL));
	stop_ringing();
	say("revents", fd.revents);
	say_whether("the handler ran", rings >= 5);
}

/* What ran before the call interrupts nothing. */
static void handled_before(void)
{
	struct sigaction action = {.sa_handler = count_ring};
	struct pollfd fd = {.fd = ends[0], .events = POLLIN};
	double began = now();

	must("sigaction", sigaction(SIGUSR2, &action, NULL));
	must("raise", raise(SIGUSR2));
	say("after a handler", poll(&fd, 1, 50));
	say_waited("after a handler", began, 50);
}

static void masked(void)
{
	struct pollfd fd = {.fd = ends[0], .events = POLLIN};
	sigset_t open_mask, closed_mask;
	pid_t child;

	block_signal(SIGUSR1, SA_RESTART, &open_mask);
	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &closed_mask));
	must("kill", kill(getpid(), SIGUSR1));
	say("pending before", ppoll(&fd, 1, &(struct timespec){10, 0}, &open_mask));
	say("handler ran", rings);
	child = kill_later(SIGUSR1);
	say("sent during", ppoll(&fd, 1, NULL, &open_mask));
	say("handler ran", rings);
	end_child(child);
	child = kill_later(SIGUSR1);
	say("blocked during", ppoll(&fd, 1, &(struct timespec){0, 80000000}, &closed_mask));
	say("handler ran", rings);
	end_child(child);
	say_signal("after", SIGUSR1);
	must("write", write(ends[1], "!", 1));
	say_polled("ready and pending", ppoll(&fd, 1, NULL, &open_mask), &fd, 1);
	say("handler ran", rings);
	say_signal("after", SIGUSR1);
	must("sigprocmask", sigprocmask(SIG_SETMASK, &open_mask, NULL));
	say("handler ran", rings);
}

/* Waits with a signal blocked that was open, and data arrives meanwhile: the signal comes after. */
static void closed_while_waiting(void)
{
	struct pollfd fd = {.fd = ends[0], .events = POLLIN};
	sigset_t mask;
	pid_t children[2];
	char byte;

	must("read", read(ends[0], &byte, 1));
	must("sigprocmask", sigprocmask(SIG_SETMASK, NULL, &mask));
	sigaddset(&mask, SIGUSR1);
	rings = 0;
	children[0] = kill_later(SIGUSR1);
	children[1] = start_child(do_deed, &(struct deed){.ms = 120, .fd = ends[1], .flags = -1});
	say_polled("closed while waiting", ppoll(&fd, 1, NULL, &mask), &fd, 1);
	end_child(children[0]);
	end_child(children[1]);
	say("handler ran", rings);
	say_signal("after", SIGUSR1);
}

int main(void)
{
	must("pipe", pipe(ends));
	interrupted(0);
	interrupted(SA_RESTART);
	handled_before();
	masked();
	closed_while_waiting();
	return 0;
}
