/* The descriptors of our own loops: high, close-on-exec, known, and no more than needed. */
#include "runtime/lifecycle/greenlet.h"
#include "tests/unit/suite.h"
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/resource.h>

START_TEST(none_without_greenlets)
{
	ck_assert(!is_own_fd(0));
	ck_assert_int_eq(next_own_fd(0), INT_MAX);
	ck_assert_int_eq(hub_adopt_fd(STDERR_FILENO), STDERR_FILENO);
	ck_assert(!is_own_fd(STDERR_FILENO));
}

static void assert_own(int fd, int lowest)
{
	ck_assert_int_ge(fd, lowest);
	ck_assert(is_own_fd(fd));
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void limit_descriptors(rlim_t most)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(are_high_and_end_with_exec)
{
	struct hub *hub;

	limit_descriptors(4096);
	become_host();
	hub = green_self()->hub;
	assert_own(hub->io.timer_fd, 900);
	assert_own(hub->remote.fd, 900);
}

START_TEST(program_gets_the_low_ones)
{
	int before = dup(STDIN_FILENO), after;

	close(before);
	become_host();
	green_sleep(0.001);
	ck_assert_int_eq(fcntl(before, F_GETFD), -1);
	after = dup(STDIN_FILENO);
	ck_assert(!is_own_fd(after));
}

START_TEST(listed_in_order)
{
	int fd, count = 0, last = -1;

	become_host();
	for (fd = next_own_fd(0); fd != INT_MAX; fd = next_own_fd(fd + 1)) {
		ck_assert_int_gt(fd, last);
		ck_assert(is_own_fd(fd));
		last = fd;
		count++;
	}
	ck_assert_int_ge(count, 2);
	ck_assert(!is_own_fd(last + 1));
}

START_TEST(low_limits_are_no_obstacle)
{
	limit_descriptors(24);
	become_host();
	ck_assert_int_lt(green_self()->hub->io.timer_fd, 24);
	ck_assert(is_own_fd(green_self()->hub->io.timer_fd));
	ck_assert_int_eq(green_sleep(0.001), 0);
}

static void *host(void *hub)
{
	become_host();
	*(struct hub **)hub = green_self()->hub;
	return NULL;
}

START_TEST(each_hub_has_its_own)
{
	struct hub *other;
	pthread_t thread;

	become_host();
	ck_assert_int_eq(pthread_create(&thread, NULL, host, &other), 0);
	pthread_join(thread, NULL);
	ck_assert_int_ne(other->io.timer_fd, green_self()->hub->io.timer_fd);
	ck_assert(is_own_fd(other->io.timer_fd) && is_own_fd(other->remote.fd));
}

static void look_at_fresh_ones(void *before)
{
	struct hub *hub = green_self()->hub;

	must_join(must_spawn(do_nothing, NULL));
	assert_own(hub->io.timer_fd, 3);
	assert_own(hub->remote.fd, 3);
	if (next_own_fd(0) < *(int *)before)
		_exit(1);
}

START_TEST(child_replaces_them)
{
	int lowest;

	become_host();
	lowest = next_own_fd(0);
	ck_assert_int_eq(status_of_child(look_at_fresh_ones, &lowest), 0);
	ck_assert_int_eq(green_sleep(0.001), 0);
}

/* However often it fails, nothing is left behind. */
START_TEST(emfile_leaves_nothing_behind)
{
	stack_t altstack;
	int fds[64], count = 0, i;

	limit_descriptors(64);
	while (count < 64 && (fds[count] = dup(STDIN_FILENO)) >= 0)
		count++;
	for (i = 0; i < 20; i++) {
		ck_assert_ptr_null(green_spawn(do_nothing, NULL));
		ck_assert_int_eq(errno, EMFILE);
		ck_assert_ptr_null(green_self());
		ck_assert_int_eq(sigaltstack(NULL, &altstack), 0);
		ck_assert_int_eq(altstack.ss_flags, SS_DISABLE);
		if (i == 10)
			close(fds[--count]);
		if (i == 15)
			close(fds[--count]);
	}
	close(fds[--count]);
	become_host();
}

static int borrow(void)
{
	int fd = dup(STDIN_FILENO);

	return fd < 0 ? -1 : borrow_fd(fd);
}

START_TEST(borrowed_ones_are_known_while_they_last)
{
	int low = dup(STDIN_FILENO), fd = borrow_fd(low);

	assert_own(fd, 900);
	ck_assert_int_eq(fcntl(low, F_GETFD), -1);
	ck_assert_int_eq(next_own_fd(0), fd);
	disown_fd(fd);
	ck_assert(!is_own_fd(fd));
	ck_assert_int_eq(next_own_fd(0), INT_MAX);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}

static void look_for_borrowed(void *fd)
{
	if (is_own_fd(*(int *)fd) || fcntl(*(int *)fd, F_GETFD) >= 0)
		_exit(1);
	look_at_fresh_ones(&(int){0});
}

/* Who has borrowed it is not there. */
START_TEST(child_has_none_that_were_borrowed)
{
	int fd;

	become_host();
	fd = borrow();
	ck_assert_int_eq(status_of_child(look_for_borrowed, &fd), 0);
	ck_assert(is_own_fd(fd));
}

/* Half of them are left to the program. Some of the others may be open. */
START_TEST(borrowed_ones_may_be_many)
{
	int fd, count = 0, low;

	limit_descriptors(300);
	low = dup(STDIN_FILENO);
	close(low);
	while ((fd = borrow()) >= 0) {
		assert_own(fd, 150);
		count++;
	}
	ck_assert_int_ge(count, 140);
	ck_assert_int_eq(dup(STDIN_FILENO), low);
	while ((fd = next_own_fd(0)) != INT_MAX) {
		disown_fd(fd);
		count--;
	}
	ck_assert_int_eq(count, 0);
}

int main(void)
{
	const TTest *const tests[] = {none_without_greenlets, are_high_and_end_with_exec, program_gets_the_low_ones,
	    listed_in_order, low_limits_are_no_obstacle, each_hub_has_its_own, child_replaces_them,
	    emfile_leaves_nothing_behind, borrowed_ones_are_known_while_they_last, child_has_none_that_were_borrowed,
	    borrowed_ones_may_be_many};

	return run_suite("own_fds", tests, sizeof(tests) / sizeof(tests[0]));
}
