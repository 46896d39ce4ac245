/* Waiting for several descriptors at once, and ending such waits. */
#include "tests/linked/expect.h"
#include <poll.h>
#include <pthread.h>

static int a[2], b[2];

static void make_pipes(void)
{
	must("pipe", pipe(a));
	must("pipe", pipe(b));
}

static void close_pipes(void)
{
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

static void *write_second(void *unused)
{
	green_sleep(0.005);
	must("write", write(b[1], "x", 1));
	return unused;
}

static void one_of_two(void)
{
	struct pollfd both[] = {{.fd = a[0], .events = POLLIN}, {.fd = b[0], .events = POLLIN}};
	char byte;
	green_t *g;

	expect_equal("nothing yet", green_wait_fds(both, 2, 0), 0);
	expect_equal("nothing in time", green_wait_fds(both, 2, 0.001), 0);
	g = must_spawn(write_second, NULL);
	expect_equal("the second", green_wait_fds(both, 2, 100), 1);
	expect_equal("not the first", both[0].revents, 0);
	expect_equal("readable", both[1].revents, POLLIN);
	both[0] = (struct pollfd){.fd = a[1], .events = POLLOUT};
	expect_equal("both", green_wait_fds(both, 2, -1), 2);
	expect_equal("writable", both[0].revents, POLLOUT);
	expect_equal("read", read(b[0], &byte, 1), 1);
	must_join(g);
}

static void *wait_for_both(void *unused)
{
	struct pollfd both[] = {{.fd = a[0], .events = POLLIN}, {.fd = b[0], .events = POLLIN}};

	(void)unused;
	return (void *)(intptr_t)(green_wait_fds(both, 2, -1) < 0 ? errno : both[0].revents);
}

static void ended_by_others(void)
{
	green_t *killed = must_spawn(wait_for_both, NULL), *closed = must_spawn(wait_for_both, NULL);

	green_sleep(0.001);
	green_kill(killed);
	expect_equal("killed", (intptr_t)must_join(killed), ECANCELED);
	close(a[0]);
	expect_equal("closed", (intptr_t)must_join(closed), POLLNVAL);
}

static void *read_first(void *unused)
{
	char byte;

	(void)unused;
	return (void *)(intptr_t)(read(a[0], &byte, 1) < 0 ? errno : 0);
}

static void *cancel_first(void *unused)
{
	green_cancel_wait(a[0]);
	return unused;
}

/* By a greenlet, and by an OS thread. The descriptor is as good as before. */
static void cancelled(void)
{
	green_t *g = must_spawn(read_first, NULL);
	pthread_t thread;
	char byte;

	green_sleep(0.001);
	cancel_first(NULL);
	expect_equal("cancelled", (intptr_t)must_join(g), EBADF);
	g = must_spawn(read_first, NULL);
	green_sleep(0.001);
	must("pthread_create", pthread_create(&thread, NULL, cancel_first, NULL) ? -1 : 0);
	expect_equal("cancelled by a thread", (intptr_t)must_join(g), EBADF);
	pthread_join(thread, NULL);
	must("write", write(a[1], "y", 1));
	expect_equal("readable", read(a[0], &byte, 1), 1);
	green_cancel_wait(-1);
}

static void refused(void)
{
	expect_failure("no time", green_wait_fds(NULL, 0, __builtin_nan("")), EINVAL);
	expect_failure("no list", green_wait_fds(NULL, 1, 0), EINVAL);
	expect_equal("none, in no time", green_wait_fds(NULL, 0, 0.001), 0);
}

static void *on_thread(void *failed)
{
	struct pollfd both[] = {{.fd = a[0], .events = POLLIN}, {.fd = b[1], .events = POLLOUT}};

	*(bool *)failed = green_wait_fds(both, 2, 1) != 1 || both[1].revents != POLLOUT ||
			  green_wait_fds(both, 1, 0.001);
	return NULL;
}

static void without_greenlets(void)
{
	bool failed = true;
	pthread_t thread;

	must("pthread_create", pthread_create(&thread, NULL, on_thread, &failed) ? -1 : 0);
	pthread_join(thread, NULL);
	expect("on a thread without greenlets", !failed);
}

int main(void)
{
	make_pipes();
	without_greenlets();
	one_of_two();
	refused();
	cancelled();
	ended_by_others();
	close_pipes();
	return verdict();
}
