/* parks: poll ppoll */
/* Hundreds of descriptors, most of them above FD_SETSIZE. */
#include "pairs.h"
#include "ready.h"

static struct pollfd fds[2 * PAIRS];

static void watch_pairs(void)
{
	open_pairs();
	for (int i = 0; i < PAIRS; i++) {
		fds[i] = (struct pollfd){.fd = ends[i][0], .events = POLLIN};
		fds[PAIRS + i] = (struct pollfd){.fd = ends[i][1], .events = POLLIN};
	}
}

static void say_ready(const char *what, int answer, nfds_t n)
{
	say(what, answer);
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].revents)
			printf("  %lu: %s\n", (unsigned long)i, fds[i].revents == POLLIN ? "IN" : "other");
}

static int write_to_some(void *arg)
{
	(void)arg;
	msleep(40);
	for (int i = 100; i < PAIRS; i += 200)
		if (write(ends[i][0], "!", 1) != 1)
			return 1;
	return write(ends[PAIRS - 1][1], "!", 1) != 1;
}

int main(void)
{
	volatile nfds_t all = 2 * PAIRS;
	double began = now();
	char byte;
	pid_t child;

	watch_pairs();
	say_ready("none", poll(fds, all, 30), all);
	say_waited("none", began, 30);
	child = start_child(write_to_some, NULL);
	say_whether("some", poll(fds, all, -1) > 0);
	end_child(child);
	say_ready("all of them", poll(fds, all, -1), all);
	for (nfds_t i = 0; i < all; i++)
		if (fds[i].revents)
			must("read", read(fds[i].fd, &byte, 1));
	child = write_later(ends[PAIRS - 1][0]);
	say_ready("the last one", ppoll(fds, all, &(struct timespec){5, 0}, NULL), all);
	end_child(child);
	for (int i = 0; i < PAIRS; i++)
		fds[i].events = POLLOUT | POLLIN;
	say("half of them writable", poll(fds, all, -1));
	return 0;
}
