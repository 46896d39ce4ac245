/* Requests that the kernel carries out while who made them is parked. */
#include "reading.h"
#include <pthread.h>
#include <signal.h>

/* A greenlet that waits for a byte of a pipe, and time for it to come so far. */
static green_t *begin_to_read(struct reading *reading, int ends[2])
{
	green_t *g;

	make_pipe(ends);
	reading->fd = ends[0];
	g = must_spawn(read_byte, reading);
	green_sleep(0.01);
	return g;
}

START_TEST(parks_until_it_is_done)
{
	struct reading reading = {0};
	int ends[2];
	green_t *g;

	g = begin_to_read(&reading, ends);
	ck_assert_int_eq(reading.byte, 0);
	give(ends[1], 1);
	must_join(g);
	ck_assert(reading.is_carried_out);
	ck_assert_int_eq(reading.result, 1);
	ck_assert_int_eq(reading.byte, 'x');
}

START_TEST(main_greenlet_may_too)
{
	int ends[2];

	become_host();
	make_pipe(ends);
	give(ends[1], 1);
	ck_assert_int_eq(read_byte_of(ends[0]), 1);
}

START_TEST(says_what_is_wrong)
{
	struct io_uring_sqe request = {0};
	int ends[2];
	long result;

	become_host();
	make_pipe(ends);
	give(ends[1], 1);
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
	ck_assert_int_eq(read_byte_of(ends[1]), -EBADF);
	io_uring_prep_read(&request, ends[0], (void *)16, 1, (uint64_t)-1);
	ck_assert(ring_carries_out(&request, &result));
	ck_assert_int_eq(result, -EFAULT);
	io_uring_prep_openat(&request, AT_FDCWD, "/nowhere/at/all", O_RDONLY, 0);
	ck_assert(ring_carries_out(&request, &result));
	ck_assert_int_eq(result, -ENOENT);
}

START_TEST(unknown_operations_are_left_alone)
{
	struct io_uring_sqe request = {0};
	long result = 5;

	become_host();
	io_uring_prep_nop(&request);
	request.opcode = 63;
	ck_assert(!ring_carries_out(&request, &result));
	ck_assert_int_eq(result, 5);
}

enum { MANY = 1500 }; /* more than the ring has room for, of requests and of results */

START_TEST(many_at_once)
{
	static struct reading readings[MANY];
	static green_t *greenlets[MANY];
	int ends[2], i;

	make_pipe(ends);
	for (i = 0; i < MANY; i++) {
		readings[i].fd = ends[0];
		greenlets[i] = must_spawn(read_byte, &readings[i]);
	}
	green_sleep(0.01);
	give(ends[1], MANY);
	for (i = 0; i < MANY; i++) {
		must_join(greenlets[i]);
		ck_assert(readings[i].is_carried_out);
		ck_assert_int_eq(readings[i].result, 1);
	}
}

static void *hurry(void *unused)
{
	struct io_uring_sqe request = {0};
	long result = -1;
	int i;

	for (i = 0; i < 100; i++) {
		io_uring_prep_nop(&request);
		ck_assert(ring_carries_out(&request, &result));
		ck_assert_int_eq(result, 0);
	}
	return unused;
}

START_TEST(quick_ones_do_not_get_lost)
{
	green_t *greenlets[100];
	int i;

	for (i = 0; i < 100; i++)
		greenlets[i] = must_spawn(hurry, NULL);
	for (i = 0; i < 100; i++)
		must_join(greenlets[i]);
}

START_TEST(kill_does_not_cut_it_short)
{
	struct reading reading = {0};
	int ends[2];
	green_t *g;

	g = begin_to_read(&reading, ends);
	ck_assert_int_eq(green_kill(g), 0);
	ck_assert_int_eq(green_join(g, 0.02, NULL), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	give(ends[1], 1);
	must_join(g);
	ck_assert_int_eq(reading.result, 1);
}

START_TEST(goes_on_when_the_file_is_closed)
{
	struct reading reading = {0};
	int ends[2];
	green_t *g;

	g = begin_to_read(&reading, ends);
	close(ends[0]);
	give(ends[1], 1);
	must_join(g);
	ck_assert_int_eq(reading.result, 1);
	ck_assert_int_eq(reading.byte, 'x');
}

START_TEST(descriptor_is_one_of_ours)
{
	int before, ends[2];

	become_host();
	before = count_own();
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
	ck_assert_int_eq(count_own(), before + 1);
	make_pipe(ends);
	ck_assert_int_lt(ends[1], 900);
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
	ck_assert_int_eq(count_own(), before + 1);
}

/* It has nothing of its parent's, and a ring of its own. */
static void use_own_ring(void *own)
{
	int ends[2];

	if (count_own() > *(int *)own - 1)
		_exit(1);
	make_pipe(ends);
	give(ends[1], 1);
	if (read_byte_of(ends[0]) != 1)
		_exit(2);
}

START_TEST(child_has_its_own)
{
	struct reading reading = {0};
	int ends[2], own;
	green_t *g;

	g = begin_to_read(&reading, ends);
	own = count_own();
	ck_assert_int_eq(status_of_child(use_own_ring, &own), 0);
	ck_assert_int_eq(reading.byte, 0);
	give(ends[1], 1);
	must_join(g);
	ck_assert_int_eq(reading.result, 1);
	ck_assert_int_eq(count_own(), own);
}

static void *host(void *unused)
{
	int ends[2];

	become_host();
	make_pipe(ends);
	give(ends[1], 1);
	ck_assert_int_eq(read_byte_of(ends[0]), 1);
	return unused;
}

START_TEST(each_hub_has_its_own)
{
	pthread_t thread;
	int before;

	become_host();
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
	before = count_own();
	ck_assert_int_eq(pthread_create(&thread, NULL, host, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_gt(count_own(), before);
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
}

static struct reading in_handler = {.fd = -1};

static void on_signal(int signo)
{
	(void)signo;
	in_handler.is_carried_out = false;
	read_byte(&in_handler);
}

/* One that might have interrupted malloc makes none. */
START_TEST(handlers_use_what_there_is)
{
	const struct sigaction action = {.sa_handler = on_signal};

	become_host();
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
	raise(SIGUSR1);
	ck_assert(in_handler.is_carried_out);
	ck_assert_int_eq(in_handler.result, -EBADF);
}

int main(void)
{
	const TTest *const tests[] = {parks_until_it_is_done, main_greenlet_may_too, says_what_is_wrong,
	    unknown_operations_are_left_alone, many_at_once, quick_ones_do_not_get_lost, kill_does_not_cut_it_short,
	    goes_on_when_the_file_is_closed, descriptor_is_one_of_ours, child_has_its_own, each_hub_has_its_own,
	    handlers_use_what_there_is};

	return run_suite("ring", tests, has_ring() ? sizeof(tests) / sizeof(tests[0]) : 0);
}
