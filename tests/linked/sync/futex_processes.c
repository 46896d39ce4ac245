/* Mutexes, semaphores and futexes that another process gives back, while other greenlets go on. */
#include "child_process.h"
#include "ticker.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { ROUNDS = 200, GREENLETS = 4 };

static struct shared {
	pthread_mutex_t mutex, robust;
	sem_t semaphore, reply, go_on;
	sem_t inside[2];
	uint32_t word, will_wake;
	long count;
} * shared;

static void init(void)
{
	pthread_mutexattr_t attributes;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&shared->robust, &attributes);
	sem_init(&shared->semaphore, 1, 0);
	sem_init(&shared->reply, 1, 0);
	sem_init(&shared->go_on, 1, 0);
	for (int i = 0; i < 2; i++)
		sem_init(&shared->inside[i], 1, 1);
}

static void wait_to_go_on(void)
{
	while (sem_wait(&shared->go_on) < 0 && errno == EINTR)
		;
}

/* Lets the child go on once others have done so while the main greenlet waits for it. */
static void *let_go_on(void *ticks_before)
{
	while (ticks <= *(long *)ticks_before + 5)
		green_sleep(0.001);
	sem_post(&shared->go_on);
	return NULL;
}

static void hold_for_a_while(void)
{
	pthread_mutex_lock(&shared->mutex);
	pthread_mutex_lock(&shared->robust);
	sem_post(&shared->reply);
	wait_to_go_on();
	pthread_mutex_unlock(&shared->mutex); /* the robust one goes with the process */
}

/* The ticker shows that only who waits is stopped. */
static void wait_for_holder(void)
{
	pid_t child = start_child(hold_for_a_while);
	struct timespec past = {0, 0};
	green_t *g;
	long before;

	expect_equal("sem_wait", sem_wait(&shared->reply), 0);
	expect_equal("timedlock", pthread_mutex_timedlock(&shared->mutex, &past), ETIMEDOUT);
	before = ticks;
	g = must_spawn(let_go_on, &before);
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	expect_equal("robust lock", pthread_mutex_lock(&shared->robust), EOWNERDEAD);
	expect("others went on", ticks > before + 5);
	expect_equal("consistent", pthread_mutex_consistent(&shared->robust), 0);
	expect_equal("unlock", pthread_mutex_unlock(&shared->robust), 0);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	must_join(g);
	end_child(child);
}

/* Under the mutex nobody else is inside; the semaphore proves it across processes. */
static void *take_turns(void *mutex)
{
	sem_t *inside = &shared->inside[mutex == &shared->robust];

	for (int i = 0; i < ROUNDS; i++) {
		expect_equal("lock", pthread_mutex_lock(mutex), 0);
		expect_equal("alone inside", sem_trywait(inside), 0);
		__atomic_add_fetch(&shared->count, 1, __ATOMIC_RELAXED);
		if (i % 8 == 0)
			usleep(10);
		sem_post(inside);
		expect_equal("unlock", pthread_mutex_unlock(mutex), 0);
	}
	return NULL;
}

static void take_both_natively(void)
{
	take_turns(&shared->mutex);
	take_turns(&shared->robust);
}

static void compete(pthread_mutex_t *mutex)
{
	green_t *g[GREENLETS];

	for (int i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(take_turns, mutex);
	for (int i = 0; i < GREENLETS; i++)
		must_join(g[i]);
}

static void compete_with_processes(void)
{
	pid_t one = start_child(take_both_natively), other = start_child(take_both_natively);

	compete(&shared->mutex);
	compete(&shared->robust);
	end_child(one);
	end_child(other);
	expect_equal("rounds", shared->count, 2L * (GREENLETS + 2) * ROUNDS);
}

static void answer_each(void)
{
	for (int i = 0; i < GREENLETS * ROUNDS; i++) {
		expect_equal("the child's sem_wait", sem_wait(&shared->semaphore), 0);
		sem_post(&shared->reply);
	}
}

static void *ask(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		expect_equal("sem_post", sem_post(&shared->semaphore), 0);
		expect_equal("sem_wait", sem_wait(&shared->reply), 0);
	}
	return unused;
}

static void ask_other_process(void)
{
	pid_t child = start_child(answer_each);
	struct timespec past = {0, 0};
	green_t *g[GREENLETS];

	for (int i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(ask, NULL);
	for (int i = 0; i < GREENLETS; i++)
		must_join(g[i]);
	end_child(child);
	expect_failure("sem_timedwait", sem_timedwait(&shared->reply, &past), ETIMEDOUT);
}

static sem_t *named;

static void post_named(void)
{
	usleep(20000);
	sem_post(named);
}

static void wait_for_named(void)
{
	char name[50];
	pid_t child;

	snprintf(name, sizeof(name), "/greenload-test-%d", (int)getpid());
	named = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
	if (named == SEM_FAILED && errno == ENOSYS)
		return;
	must("sem_open", named == SEM_FAILED ? -1 : sem_unlink(name));
	child = start_child(post_named);
	expect_equal("sem_wait for a named one", sem_wait(named), 0);
	end_child(child);
	sem_close(named);
}

/* The word stays as it is: who came late would find another one, and not wait. */
static void wake_word(void)
{
	wait_to_go_on();
	__atomic_store_n(&shared->will_wake, 1, __ATOMIC_SEQ_CST);
	while (syscall(SYS_futex, &shared->word, FUTEX_WAKE, 10) < 1)
		usleep(100);
}

static void wait_for_word(void)
{
	pid_t child = start_child(wake_word);
	long before = ticks;
	green_t *g = must_spawn(let_go_on, &before);

	expect_equal("a raw wait", syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, NULL), 0);
	expect_equal("it lasted until the child's wake", shared->will_wake, 1);
	expect("others went on", ticks > before + 5);
	must_join(g);
	end_child(child);
}

int main(void)
{
	green_t *ticker = must_spawn(tick, NULL);

	init();
	wait_for_holder();
	compete_with_processes();
	ask_other_process();
	wait_for_named();
	wait_for_word();
	stop = true;
	must_join(ticker);
	return verdict();
}
