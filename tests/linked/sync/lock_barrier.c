/* Barriers between greenlets and OS threads. */
#include "crew.h"
#include <sys/mman.h>
#include <sys/wait.h>

enum { ROUNDS = 200 };

static pthread_barrier_t barrier;
static int arrived[ROUNDS], serial[ROUNDS];

static int wait_at(pthread_barrier_t *object)
{
	int answer = pthread_barrier_wait(object);

	if (answer != 0 && answer != PTHREAD_BARRIER_SERIAL_THREAD)
		expect_equal("pthread_barrier_wait", answer, 0);
	return answer == PTHREAD_BARRIER_SERIAL_THREAD;
}

/* Nobody goes on before all have come, round after round, and just one is told so. */
static void *go_round(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		__atomic_add_fetch(&arrived[i], 1, __ATOMIC_SEQ_CST);
		if (wait_at(&barrier))
			__atomic_add_fetch(&serial[i], 1, __ATOMIC_SEQ_CST);
		expect_equal("arrived", __atomic_load_n(&arrived[i], __ATOMIC_SEQ_CST), CREW);
		if (i % 16 == 0)
			green_yield();
	}
	return unused;
}

static void many_rounds(void)
{
	int i;

	expect_equal("init", pthread_barrier_init(&barrier, NULL, CREW), 0);
	run_crew(go_round, NULL);
	for (i = 0; i < ROUNDS; i++)
		expect_equal("told", serial[i], 1);
	expect_equal("destroy", pthread_barrier_destroy(&barrier), 0);
}

/* More come than it takes: any three make a round, as long as there are tickets. */
static int tickets, rounds_of_three;

static void *pass_by_three(void *unused)
{
	while (__atomic_fetch_sub(&tickets, 1, __ATOMIC_SEQ_CST) > 0) {
		if (wait_at(&barrier))
			__atomic_add_fetch(&rounds_of_three, 1, __ATOMIC_SEQ_CST);
	}
	return unused;
}

static void more_than_it_takes(void)
{
	expect_equal("init", pthread_barrier_init(&barrier, NULL, 3), 0);
	tickets = 3 * 10 * ROUNDS;
	run_crew(pass_by_three, NULL);
	expect_equal("rounds", rounds_of_three, 10 * ROUNDS);
	expect_equal("destroy", pthread_barrier_destroy(&barrier), 0);
}

/* Whoever is told destroys it, while others may not have returned yet. */
static void *meet_and_destroy(void *object)
{
	if (wait_at(object)) {
		expect_equal("destroy", pthread_barrier_destroy(object), 0);
		memset(object, 0xa5, sizeof(pthread_barrier_t));
	}
	return NULL;
}

static void destroyed_at_once(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		expect_equal("init", pthread_barrier_init(&barrier, NULL, CREW), 0);
		run_crew(meet_and_destroy, &barrier);
	}
}

static void *meet(void *object)
{
	return (void *)(long)wait_at(object);
}

/* An OS thread that waits since before the first greenlet meets greenlets. */
static void begun_before_greenlets(void)
{
	pthread_t thread;
	void *told;
	long sum = 0;
	green_t *g;

	expect_equal("init", pthread_barrier_init(&barrier, NULL, 3), 0);
	must("pthread_create", -pthread_create(&thread, NULL, meet, &barrier));
	usleep(10000);
	g = must_spawn(meet, &barrier);
	sum += (long)meet(&barrier);
	sum += (long)must_join(g);
	pthread_join(thread, &told);
	expect_equal("told", sum + (long)told, 1);
	expect_equal("destroy", pthread_barrier_destroy(&barrier), 0);
}

static void between_processes(void)
{
	pthread_barrier_t *object = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t attributes;
	int status, told;
	pid_t child;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	memset(object, 0xff, sizeof(*object));
	expect_equal("init", pthread_barrier_init(object, &attributes, 2), 0);
	child = (pid_t)must("fork", fork());
	if (child == 0)
		_exit(wait_at(object));
	told = wait_at(object);
	must("waitpid", waitpid(child, &status, 0));
	expect_equal("told", told + WEXITSTATUS(status), 1);
	expect_equal("destroy", pthread_barrier_destroy(object), 0);
}

int main(void)
{
	begun_before_greenlets();
	expect_equal("init for none", pthread_barrier_init(&barrier, NULL, 0), EINVAL);
	expect_equal("init for one", pthread_barrier_init(&barrier, NULL, 1), 0);
	expect_equal("wait of one", pthread_barrier_wait(&barrier), PTHREAD_BARRIER_SERIAL_THREAD);
	many_rounds();
	more_than_it_takes();
	destroyed_at_once();
	between_processes();
	return verdict();
}
