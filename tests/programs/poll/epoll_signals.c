/* parks: epoll_wait epoll_pwait epoll_pwait2 */
/* A handler ends a wait with EINTR, SA_RESTART or not; the mask of epoll_pwait holds while it waits, and no longer. */
#include "events.h"

static int ends[2], epfd;
static struct epoll_event events[8];

static void interrupted(int flags)
{
	ring_every(30, flags);
	say("epoll_wait", epoll_wait(epfd, events, 8, -1));
	say("epoll_wait, long limit", epoll_wait(epfd, events, 8, 10000));
	say("epoll_pwait", epoll_pwait(epfd, events, 8, -1, NULL));
	say("epoll_pwait, long limit", epoll_pwait(epfd, events, 8, 10000, NULL));
	say("epoll_pwait2", epoll_pwait2(epfd, events, 8, NULL, NULL));
	say("epoll_pwait2, long limit", epoll_pwait2(epfd, events, 8, &(struct timespec){10, 0}, NULL));
	stop_ringing();
	say_whether("the handler ran", rings >= 6);
}

static void masked(void)
{
	sigset_t open_mask, closed_mask;
	pid_t child;

	block_signal(SIGUSR1, SA_RESTART, &open_mask);
	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &closed_mask));
	must("kill", kill(getpid(), SIGUSR1));
	say("pending before", epoll_pwait(epfd, events, 8, 10000, &open_mask));
	say("handler ran", rings);
	must("kill", kill(getpid(), SIGUSR1));
	say("pending before", epoll_pwait2(epfd, events, 8, NULL, &open_mask));
	say("handler ran", rings);
	child = kill_later(SIGUSR1);
	say("sent during", epoll_pwait(epfd, events, 8, -1, &open_mask));
	say("handler ran", rings);
	end_child(child);
	child = kill_later(SIGUSR1);
	say("sent during", epoll_pwait2(epfd, events, 8, &(struct timespec){10, 0}, &open_mask));
	say("handler ran", rings);
	end_child(child);
	child = kill_later(SIGUSR1);
	say("blocked during", epoll_pwait(epfd, events, 8, 80, &closed_mask));
	say("handler ran", rings);
	end_child(child);
	say_signal("after", SIGUSR1);
	must("write", write(ends[1], "!", 1));
	say_events("ready and pending", epoll_pwait(epfd, events, 8, -1, &open_mask), events);
	say_signal("after", SIGUSR1);
	must("sigprocmask", sigprocmask(SIG_SETMASK, &open_mask, NULL));
	say("handler ran", rings);
}

int main(void)
{
	must("pipe", pipe(ends));
	epfd = must("epoll_create1", epoll_create1(0));
	watch(epfd, ends[0], EPOLLIN, 1);
	interrupted(0);
	interrupted(SA_RESTART);
	masked();
	return 0;
}
