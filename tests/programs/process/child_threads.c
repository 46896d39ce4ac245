/* threads */
/* Threads that wait for children: their own, the same, and one that is cancelled; forks by threads. */
#include "tests/programs/child.h"
#include "tests/programs/threads.h"

enum { THREADS = 40 };

static int rest_and_end(void *status)
{
	msleep(50);
	return (int)(long)status;
}

/* Natively, threads that print must not fork. */
static pid_t quiet_child(int (*task)(void *), void *arg)
{
	pid_t child = must("fork", fork());

	if (!child)
		_exit(task(arg));
	return child;
}

static void *wait_for_own(void *number)
{
	int status = 0;
	pid_t child = quiet_child(rest_and_end, number);

	if (waitpid(child, &status, 0) != child)
		return (void *)-1l;
	return (void *)(long)WEXITSTATUS(status);
}

static void wait_for_each(void)
{
	pthread_t threads[THREADS];
	long i, right = 0;
	void *result;

	for (i = 0; i < THREADS; i++)
		threads[i] = start(wait_for_own, (void *)i);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		right += (long)result == i;
	}
	say("children with the right status", right);
}

static pid_t shared;

static void *wait_for_shared(void *unused)
{
	int status;
	pid_t child = waitpid(shared, &status, 0);

	(void)unused;
	return (void *)(long)(child == shared ? WEXITSTATUS(status) : -errno);
}

static void wait_for_the_same(void)
{
	pthread_t threads[3];
	long i, had = 0, failed = 0;
	void *result;

	shared = quiet_child(rest_and_end, (void *)5l);
	for (i = 0; i < 3; i++)
		threads[i] = start(wait_for_shared, NULL);
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], &result);
		had += (long)result == 5;
		failed += (long)result == -ECHILD;
	}
	say("had it", had);
	say("ECHILD", failed);
}

static void wait_and_be_cancelled(void)
{
	pthread_t thread;
	void *result;
	int status = 0;

	shared = quiet_child(wait_for_end, NULL);
	thread = start(wait_for_shared, NULL);
	msleep_once_others_wait(20);
	say_error("pthread_cancel", pthread_cancel(thread));
	say_error("pthread_join", pthread_join(thread, &result));
	say_whether("cancelled", result == PTHREAD_CANCELED);
	kill(shared, SIGKILL);
	msleep(50);
	say_status("left to another", waitpid(shared, &status, 0), shared, &status);
}

static void *do_nothing(void *arg)
{
	msleep(1);
	return arg;
}

/* The thread that forks is the only one of the child, which may start others and wait for children of its own. */
static int live_on(void *unused)
{
	pthread_t threads[3];
	void *result = NULL;
	int status, i;
	pid_t child = fork();

	(void)unused;
	if (!child)
		_exit(6);
	for (i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, do_nothing, threads) != 0)
			return 1;
	for (i = 0; i < 3; i++)
		if (pthread_join(threads[i], &result) != 0 || result != threads)
			return 2;
	if (waitpid(child, &status, 0) != child || status != 6 << 8)
		return 3;
	return wait(&status) < 0 && errno == ECHILD ? 4 : 5;
}

static void *fork_child_that_lives_on(void *unused)
{
	int status = 0;
	pid_t child = quiet_child(live_on, unused);

	return (void *)(long)(waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : -1);
}

static const char *order[32];
static int steps;

static void note(const char *step)
{
	order[steps++] = step;
}

static void before_first(void)
{
	note("before 1");
}

static void before_second(void)
{
	note("before 2");
}

static void in_parent_first(void)
{
	note("parent 1");
}

static void in_parent_second(void)
{
	note("parent 2");
}

static void in_child_first(void)
{
	note("child 1");
}

static void in_child_second(void)
{
	note("child 2");
}

static void print_order(const char *who)
{
	printf("%s:", who);
	for (int i = 0; i < steps; i++)
		printf(" %s", order[i]);
	printf("\n");
	fflush(stdout);
}

static int print_order_of_child(void *unused)
{
	(void)unused;
	print_order("child");
	return 0;
}

static void *fork_with_handlers(void *unused)
{
	pid_t child;

	fflush(stdout);
	steps = 0;
	child = quiet_child(print_order_of_child, NULL);
	waitpid(child, NULL, 0);
	print_order("parent");
	return unused;
}

int main(void)
{
	void *result;

	wait_for_each();
	wait_for_the_same();
	wait_and_be_cancelled();
	pthread_join(start(fork_child_that_lives_on, NULL), &result);
	say("child of a thread", (long)result);
	say("child of the main thread", (long)fork_child_that_lives_on(NULL));
	pthread_atfork(before_first, in_parent_first, in_child_first);
	pthread_atfork(before_second, in_parent_second, in_child_second);
	fork_with_handlers(NULL);
	pthread_join(start(fork_with_handlers, NULL), NULL);
	return 0;
}
