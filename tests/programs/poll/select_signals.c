/* parks: select pselect */
/* A handler ends a wait with EINTR, SA_RESTART or not; the mask of pselect holds while it waits, and no longer. */
#include "sets.h"

static int ends[2];

static void interrupted(int flags)
{
	struct set set = just(ends[0]);
	struct timeval limit = {20, 0};

	ring_every(30, flags);
	say("select", select(ends[0] + 1, fds_of(&set), NULL, NULL, NULL));
	say("select, long limit", select(ends[0] + 1, fds_of(&set), fds_of(&(struct set){{0}}), NULL, &limit));
	say_whether("less of it is left", limit.tv_sec < 20 && limit.tv_sec > 0);
	say("select, no set", select(0, NULL, NULL, NULL, &limit));
	say("pselect", pselect(ends[0] + 1, fds_of(&set), NULL, NULL, NULL, NULL));
	say("pselect, long limit", pselect(ends[0] + 1, fds_of(&set), NULL, NULL, &(struct timespec){10, 0}, NULL));
	stop_ringing();
	say_whether("set as it was", has_fd(&set, ends[0]) && set_size(&set) == 1);
	say_whether("the handler ran", rings >= 5);
}

static void masked(void)
{
	struct set set = just(ends[0]);
	sigset_t open_mask, closed_mask;
	pid_t child;

	block_signal(SIGUSR1, SA_RESTART, &open_mask);
	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &closed_mask));
	must("kill", kill(getpid(), SIGUSR1));
	say("pending before", pselect(ends[0] + 1, fds_of(&set), NULL, NULL, &(struct timespec){10, 0}, &open_mask));
	say("handler ran", rings);
	child = kill_later(SIGUSR1);
	say("sent during", pselect(ends[0] + 1, fds_of(&set), NULL, NULL, NULL, &open_mask));
	say("handler ran", rings);
	say_whether("set as it was", has_fd(&set, ends[0]));
	end_child(child);
	child = kill_later(SIGUSR1);
	say("blocked during",
	    pselect(ends[0] + 1, fds_of(&set), NULL, NULL, &(struct timespec){0, 80000000}, &closed_mask));
	say("handler ran", rings);
	end_child(child);
	say_signal("after", SIGUSR1);
	must("write", write(ends[1], "!", 1));
	set = just(ends[0]);
	say("ready and pending", pselect(ends[0] + 1, fds_of(&set), NULL, NULL, NULL, &open_mask));
	say("handler ran", rings);
	say_signal("after", SIGUSR1);
	must("sigprocmask", sigprocmask(SIG_SETMASK, &open_mask, NULL));
	say("handler ran", rings);
}

int main(void)
{
	must("pipe", pipe(ends));
	interrupted(0);
	interrupted(SA_RESTART);
	masked();
	return 0;
}
