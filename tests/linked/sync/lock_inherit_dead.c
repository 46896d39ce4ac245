/* Robust mutexes that inherit priorities, whose owner ends: a greenlet, a process, a greenlet with its process. */
#include "inherit.h"

static void lock_and_die(void)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	sem_post(&shared->holds);
	while (sem_wait(&shared->goes) != 0)
		;
}

static void *lock_in_greenlet(void *unused)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	return unused;
}

static void *hold_as_greenlet(void *unused)
{
	lock_and_die();
	return unused;
}

/* The whole process is killed. */
static void lock_in_greenlet_and_die(void)
{
	green_t *g = must_spawn(hold_as_greenlet, NULL);

	alarm(PATIENCE);
	must_join(g);
}

static void *repair(void *unused)
{
	expect_equal("lock after a death", pthread_mutex_lock(&shared->mutex), EOWNERDEAD);
	expect_equal("consistent", pthread_mutex_consistent(&shared->mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	lock_and_unlock();
	return unused;
}

static void repair_natively(void)
{
	repair(NULL);
}

/* While one waits for it, the process that has it dies. */
static void die_elsewhere(void (*run)(void), int signo)
{
	pid_t child = start_child(run);
	green_t *waits;
	int status;

	while (sem_wait(&shared->holds) != 0)
		;
	waits = must_spawn(repair, NULL);
	await_waiter();
	if (signo)
		kill(child, signo);
	else
		sem_post(&shared->goes);
	must_join(waits);
	waitpid(child, &status, 0);
}

static void *hold_and_end(void *child)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	*(pid_t *)child = start_child(repair_natively);
	await_waiter();
	return NULL;
}

/* A greenlet ends with it, before another comes, and while another process waits. */
static void die_here(void)
{
	pid_t child;

	must_join(must_spawn(lock_in_greenlet, NULL));
	must_join(must_spawn(repair, NULL));
	must_join(must_spawn(hold_and_end, &child));
	end_child(child);
}

static void *give_up(void *unused)
{
	expect_equal("lock after a death", pthread_mutex_lock(&shared->mutex), EOWNERDEAD);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	expect_equal("what is lost", pthread_mutex_lock(&shared->mutex), ENOTRECOVERABLE);
	expect_equal("what is lost", pthread_mutex_trylock(&shared->mutex), ENOTRECOVERABLE);
	return unused;
}

int main(void)
{
	green_t *ticker = prepare();

	init_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST);
	die_here();
	die_elsewhere(lock_and_die, 0);
	die_elsewhere(lock_in_greenlet_and_die, 0);
	die_elsewhere(lock_in_greenlet_and_die, SIGKILL);
	compete();
	must_join(must_spawn(lock_in_greenlet, NULL));
	must_join(must_spawn(give_up, NULL));
	return finish(ticker);
}
