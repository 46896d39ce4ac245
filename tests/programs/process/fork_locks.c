/* threads */
/* The handlers of a fork take a lock that another thread has, and are registered while a fork is under way. */
#include "tests/programs/threads.h"
#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int is_held, others, is_waiting;

static void take(void)
{
	is_waiting = 1;
	pthread_mutex_lock(&mutex);
}

static void give(void)
{
	pthread_mutex_unlock(&mutex);
}

/* Until the fork of another thread waits for the lock, and longer. */
static void *hold(void *unused)
{
	pthread_mutex_lock(&mutex);
	is_held = 1;
	while (!is_waiting)
		msleep(1);
	msleep(20);
	is_held = 0;
	others = 1;
	pthread_mutex_unlock(&mutex);
	return unused;
}

static int before_count, parent_count, child_count;

static void count_before(void)
{
	before_count++;
}

static void count_parent(void)
{
	parent_count++;
}

static void count_child(void)
{
	child_count++;
}

/* Handlers that come while a fork is under way count from the next one on. */
static void *register_meanwhile(void *unused)
{
	while (!is_waiting)
		msleep(1);
	must("pthread_atfork", -pthread_atfork(count_before, count_parent, count_child));
	return unused;
}

static int end_of(pid_t child)
{
	int status = -1;

	must("waitpid", waitpid(child, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void *nothing(void *arg)
{
	msleep(1);
	return arg;
}

/* The lock is the child's, and so are its threads. */
static int live(void)
{
	take();
	give();
	join(start(nothing, NULL));
	return is_held ? 1 : 10 + child_count;
}

static void *fork_once(void *unused)
{
	pid_t child = must("fork", fork());

	(void)unused;
	if (!child)
		_exit(live());
	return (void *)(long)end_of(child);
}

static void fork_while_held(void)
{
	pthread_t holder = start(hold, NULL), other = start(register_meanwhile, NULL);

	while (!is_held)
		msleep(1);
	say("the child", (long)fork_once(NULL));
	say_whether("others went on", others);
	join(holder);
	join(other);
	say("later handlers: before", before_count);
	say("in the parent", parent_count);
}

static void *fork_often(void *unused)
{
	long right = 0;

	for (int i = 0; i < 5; i++)
		right += (long)fork_once(unused) == 11;
	return (void *)right;
}

/* All of them take the lock in turn. */
static void fork_at_once(void)
{
	pthread_t threads[4];
	long right = 0;

	for (int i = 0; i < 4; i++)
		threads[i] = start(fork_often, NULL);
	for (int i = 0; i < 4; i++)
		right += (long)join(threads[i]);
	say("children of forks at the same time", right);
	say("handlers: before", before_count);
	say("in the parent", parent_count);
}

int main(void)
{
	must("pthread_atfork", -pthread_atfork(take, give, give));
	fork_while_held();
	fork_at_once();
	return 0;
}
