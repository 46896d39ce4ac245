/* What becomes of requests where there is no ring, or it cannot carry them out. */
#include "reading.h"
#include "tests/refuse.h"
#include <sys/resource.h>
#include <sys/syscall.h>

START_TEST(refused_once_it_is_not_asked_for_again)
{
	struct reading reading = {.fd = -1};
	struct rlimit limit, none = {0, 0};

	become_host();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none.rlim_max = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	read_byte(&reading);
	ck_assert(!reading.is_carried_out);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	read_byte(&reading);
	ck_assert(!reading.is_carried_out);
}

START_TEST(refused_by_a_filter)
{
	struct reading reading = {.fd = -1};
	int before;

	become_host();
	before = count_own();
	if (!refuse_call(SYS_io_uring_setup))
		return;
	read_byte(&reading);
	ck_assert(!reading.is_carried_out);
	ck_assert_int_eq(count_own(), before);
}

/* What the kernel has not taken it does not do later either. */
START_TEST(refused_later)
{
	struct reading reading = {0};
	int ends[2], i;

	become_host();
	ck_assert_int_eq(read_byte_of(-1), -EBADF);
	make_pipe(ends);
	give(ends[1], 1);
	reading.fd = ends[0];
	if (!refuse_call(SYS_io_uring_enter))
		return;
	for (i = 0; i < 200; i++) {
		read_byte(&reading);
		ck_assert(!reading.is_carried_out);
	}
	ck_assert_int_eq(read(ends[0], &reading.byte, 1), 1);
}

/* The kernel applies the limit to unprivileged processes only. */
static void change_without_threads(void *unused)
{
	const struct rlimit none = {0, 0};
	struct io_uring_sqe request = {0};
	long result;
	int i;

	(void)unused;
	if (setgid(65534) < 0 || setuid(65534) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0)
		_exit(0);
	become_host();
	for (i = 0; i < 200; i++) { /* quick enough for the suite only if the kernel is asked once */
		io_uring_prep_fsync(&request, STDIN_FILENO, 0);
		if (ring_carries_out(&request, &result))
			_exit(1);
	}
	if (read_byte_of(-1) != -EBADF)
		_exit(2);
}

START_TEST(without_threads_they_are_not_begun)
{
	if (geteuid() == 0)
		ck_assert_int_eq(status_of_child(change_without_threads, NULL), 0);
}

int main(void)
{
	const TTest *const tests[] = {refused_by_a_filter, refused_once_it_is_not_asked_for_again, refused_later,
	    without_threads_they_are_not_begun};

	return run_suite("ring_refused", tests, has_ring() ? sizeof(tests) / sizeof(tests[0]) : 2);
}
