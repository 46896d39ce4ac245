/* A timeout ends whatever call blocks, with ETIMEDOUT, and each later one until it is ended itself. */
#include "tests/linked/blockers.h"
#include <pthread.h>
#include <semaphore.h>

static void call_in_time(size_t i, double seconds)
{
	struct green_timeout limit;
	double begun = now();

	must("green_timeout_begin", green_timeout_begin(&limit, seconds));
	expect_failure(calls[i].name, calls[i].call(), ETIMEDOUT);
	expect_failure(calls[i].name, calls[i].call(), ETIMEDOUT);
	expect_failure("green_timeout_end", green_timeout_end(&limit), ETIMEDOUT);
	expect(calls[i].name, now() - begun < 20);
	expect(calls[i].name, now() - begun >= seconds);
}

static void *call_each(void *unused)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		call_in_time(i, 0.003);
		call_in_time(i, 0); /* it is over before the call */
	}
	return unused;
}

static void *sleep_in_seconds(void *unused)
{
	unsigned left = sleep(100);

	expect("sleep tells what is left", left >= 50 && left <= 100);
	return unused;
}

/* What ends by a deadline of its own says so as ever. */
static void own_deadlines(void)
{
	struct green_timeout limit;

	must("green_timeout_begin", green_timeout_begin(&limit, 30));
	expect_equal("poll", poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 1), 0);
	expect_equal("usleep", usleep(1000), 0);
	must("setsockopt",
	    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 1000}, sizeof(struct timeval)));
	expect_failure("read with SO_RCVTIMEO", in_read(), EAGAIN);
	must("setsockopt",
	    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 0}, sizeof(struct timeval)));
	expect_equal("green_timeout_end", green_timeout_end(&limit), 0);
}

/* Semaphores and conditions are waits that may end; a mutex is not to be had otherwise than by its owner. */
static void locks(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct green_timeout limit;
	sem_t semaphore;

	sem_init(&semaphore, 0, 0);
	pthread_mutex_lock(&mutex);
	must("green_timeout_begin", green_timeout_begin(&limit, 0.003));
	expect_failure("sem_wait", sem_wait(&semaphore), ETIMEDOUT);
	expect_equal("pthread_cond_wait", pthread_cond_wait(&cond, &mutex), ETIMEDOUT);
	expect_equal("its mutex", pthread_mutex_trylock(&mutex), EBUSY);
	expect_failure("green_timeout_end", green_timeout_end(&limit), ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
}

static void *hold(void *mutex)
{
	pthread_mutex_lock(mutex);
	green_sleep(0.02);
	pthread_mutex_unlock(mutex);
	return NULL;
}

static void mutex_is_waited_for(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	green_t *holder = must_spawn(hold, &mutex);
	struct green_timeout limit;

	while (pthread_mutex_trylock(&mutex) == 0) {
		pthread_mutex_unlock(&mutex);
		green_yield();
	}
	must("green_timeout_begin", green_timeout_begin(&limit, 0.001));
	expect_equal("pthread_mutex_lock", pthread_mutex_lock(&mutex), 0);
	expect_equal("green_timeout_end", green_timeout_end(&limit), 0);
	pthread_mutex_unlock(&mutex);
	must_join(holder);
}

int main(void)
{
	void *result;

	make_blockers();
	call_each(NULL); /* on the main greenlet, with nobody else there */
	must_join(must_spawn(call_each, NULL));
	expect_failure("with sleep", green_with_timeout(0.003, sleep_in_seconds, NULL, &result), ETIMEDOUT);
	own_deadlines();
	locks();
	mutex_is_waited_for();
	return verdict();
}
