/* parks: poll ppoll */
/* What becomes ready later, or not at all within the time limit. */
#include "ready.h"

static void data_later(void)
{
	int one[2], two[2];
	struct pollfd fds[4];
	pid_t child;
	char byte;

	must("pipe", pipe(one));
	must("pipe", pipe(two));
	fds[0] = (struct pollfd){.fd = one[0], .events = POLLIN};
	fds[1] = (struct pollfd){.fd = -1, .events = POLLIN};
	fds[2] = (struct pollfd){.fd = two[0], .events = POLLIN};
	fds[3] = (struct pollfd){.fd = two[0], .events = POLLIN | POLLRDNORM};
	child = write_later(two[1]);
	say_polled("second of two", poll(fds, 4, -1), fds, 4);
	end_child(child);
	child = write_later(one[1]);
	fds[2].events = fds[3].events = 0;
	say_polled("first, and none asked", poll(fds, 4, 5000), fds, 4);
	end_child(child);
	must("read", read(one[0], &byte, 1));
	child = write_later(one[1]);
	say_polled("without a limit, ppoll", ppoll(fds, 2, NULL, NULL), fds, 2);
	end_child(child);
	must("read", read(one[0], &byte, 1));
	child = write_later(one[1]);
	say_polled("with a limit, ppoll", ppoll(fds, 2, &(struct timespec){10, 0}, NULL), fds, 2);
	end_child(child);
}

static void hang_up_later(void)
{
	int ends[2];
	struct pollfd fd;
	pid_t child;

	must("pipe", pipe(ends));
	child = end_later();
	close(ends[1]);
	fd = (struct pollfd){.fd = ends[0]};
	say_polled("writer goes, no event asked", poll(&fd, 1, 5000), &fd, 1);
	end_child(child);
	close(ends[0]);

	must("pipe", pipe(ends));
	set_nonblocking(ends[1], true);
	while (write(ends[1], "0123456789abcdef", 16) > 0)
		;
	child = end_later();
	close(ends[0]);
	fd = (struct pollfd){.fd = ends[1], .events = POLLOUT};
	say_polled("reader goes", ppoll(&fd, 1, NULL, NULL), &fd, 1);
	end_child(child);
	close(ends[1]);
}

static int shut_later(void *arg)
{
	msleep_once_parent_waits(40);
	return shutdown(*(int *)arg, SHUT_WR);
}

static void half_close_later(void)
{
	int ends[2];
	struct pollfd fds[2];
	pid_t child;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	must("write", write(ends[1], "!", 1));
	child = start_child(shut_later, &ends[1]);
	fds[0] = (struct pollfd){.fd = ends[0], .events = POLLRDHUP};
	fds[1] = (struct pollfd){.fd = ends[0], .events = POLLPRI};
	say_polled("peer shuts its side", poll(fds, 2, 5000), fds, 2);
	end_child(child);
}

static int drain_later(void *arg)
{
	char bytes[1 << 16];

	msleep_once_parent_waits(40);
	return read(*(int *)arg, bytes, sizeof(bytes)) <= 0;
}

static void room_later(void)
{
	int ends[2];
	struct pollfd fd;
	pid_t child;

	must("pipe", pipe(ends));
	set_nonblocking(ends[1], true);
	while (write(ends[1], "0123456789abcdef", 16) > 0)
		;
	set_nonblocking(ends[1], false);
	child = start_child(drain_later, &ends[0]);
	fd = (struct pollfd){.fd = ends[1], .events = POLLIN | POLLOUT};
	say_polled("room later", poll(&fd, 1, -5), &fd, 1);
	end_child(child);
}

static void time_over(void)
{
	struct timespec limit = {0, 30000000};
	int ends[2];
	struct pollfd fd;
	double began = now();

	must("pipe", pipe(ends));
	fd = (struct pollfd){.fd = ends[0], .events = POLLIN, .revents = -1};
	say_polled("time over", poll(&fd, 1, 30), &fd, 1);
	say_waited("poll", began, 30);
	began = now();
	say_polled("time over, ppoll", ppoll(&fd, 1, &limit, NULL), &fd, 1);
	say_waited("ppoll", began, 30);
	say_whether("limit untouched", limit.tv_sec == 0 && limit.tv_nsec == 30000000);
}

static void sleeps(void)
{
	struct pollfd fds[2] = {{.fd = -1, .events = POLLIN}, {.fd = -1, .events = POLLOUT}};
	double began = now();

	say("no descriptor", poll(NULL, 0, 30));
	say_waited("no descriptor", began, 30);
	began = now();
	say_polled("negative ones", poll(fds, 2, 30), fds, 2);
	say_waited("negative ones", began, 30);
	began = now();
	say("no descriptor, ppoll", ppoll(NULL, 0, &(struct timespec){0, 30000000}, NULL));
	say_waited("no descriptor, ppoll", began, 30);
	began = now();
	for (int i = 0; i < 100; i++)
		ppoll(NULL, 0, &(struct timespec){0, 100000}, NULL);
	say_waited("100 times 0.1 ms", began, 10);
}

/* These are always ready for bytes, but nobody asked about bytes. */
static void nothing_asked(void)
{
	int ends[2];
	struct pollfd fds[4];
	clock_t cpu;
	double began;

	must("pipe", pipe(ends));
	must("write", write(ends[1], "!", 1));
	fds[0] = (struct pollfd){.fd = regular_file()};
	fds[1] = (struct pollfd){.fd = fds[0].fd, .events = POLLPRI};
	fds[2] = (struct pollfd){.fd = opened("/dev/null")};
	fds[3] = (struct pollfd){.fd = ends[0], .events = POLLPRI | POLLRDHUP};
	cpu = clock();
	began = now();
	say_polled("nothing asked", poll(fds, 4, 600), fds, 4);
	say_waited("nothing asked", began, 600);
	say_rested("nothing asked", cpu, 600);
}

int main(void)
{
	data_later();
	hang_up_later();
	half_close_later();
	room_later();
	time_over();
	sleeps();
	nothing_asked();
	return 0;
}
