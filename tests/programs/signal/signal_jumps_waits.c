/* threads */
/* Jumps out of handlers that have interrupted a wait for descriptors, signals or time. */
#include "jumps.h"
#include <poll.h>
#include <sys/select.h>

static int ends[2], others[2];

static void for_byte(void)
{
	char byte;

	(void)!read(ends[0], &byte, 1);
}

static void for_any(void)
{
	struct pollfd both[] = {{ends[0], POLLIN, 0}, {others[0], POLLIN, 0}};

	poll(both, 2, -1);
}

static void for_priority(void)
{
	struct pollfd both[] = {{ends[0], POLLIN | POLLPRI, 0}, {others[0], POLLPRI, 0}};

	poll(both, 2, -1);
}

static void by_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	FD_SET(others[0], &set);
	select((ends[0] > others[0] ? ends[0] : others[0]) + 1, &set, NULL, NULL, NULL);
}

static void for_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigwaitinfo(&set, NULL);
}

static void for_handler(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigsuspend(&none);
}

static void to_pass(void)
{
	struct timespec long_time = {1000, 0};

	nanosleep(&long_time, NULL);
}

static void *read_byte(void *unused)
{
	char byte;

	while (read(ends[0], &byte, 1) != 1)
		;
	through++;
	return unused;
}

static void write_bytes(void)
{
	must("write", write(ends[1], "xy", 2));
}

static void out_of_all(void)
{
	jump_out(for_byte);
	jump_out(for_any);
	jump_out(for_priority);
	jump_out(by_select);
	two("pipe", read_byte, NULL, write_bytes);
	jump_out(for_signal);
	jump_out(for_handler);
	jump_out(to_pass);
}

int main(void)
{
	must("pipe", pipe(ends));
	must("pipe", pipe(others));
	jump_in_all_ways(out_of_all);
	return 0;
}
