/* threads */
/* Real-time priorities: who runs first, and which waiter of a lock. On one processor, which needs the right to both. */
#include "tests/programs/threads.h"
#include <sched.h>
#include <semaphore.h>
#include <sys/resource.h>

#define THREADS 5

static const int priorities[THREADS] = {10, 30, 20, 30, 10};
static const char names[THREADS + 1] = "aBcDe";
static pthread_t threads[THREADS];
static volatile char order[64]; /* calls of libc change it, by running others */
static volatile size_t runs;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static int may_go;

static void note(void *name)
{
	order[runs++] = *(const char *)name;
}

static void say_order(const char *what)
{
	printf("%s: %.*s\n", what, (int)runs, (const char *)order);
	runs = 0;
}

static void *only_run(void *name)
{
	note(name);
	return NULL;
}

static void *lock_mutex(void *name)
{
	pthread_mutex_lock(&mutex);
	note(name);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void *lock_for_writing(void *name)
{
	pthread_rwlock_wrlock(&rwlock);
	note(name);
	pthread_rwlock_unlock(&rwlock);
	return NULL;
}

static void *wait_for_semaphore(void *name)
{
	while (sem_wait(&semaphore) != 0)
		;
	note(name);
	return NULL;
}

static void *wait_for_condition(void *name)
{
	pthread_mutex_lock(&mutex);
	while (!may_go)
		pthread_cond_wait(&condition, &mutex);
	note(name);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void *take_turns(void *name)
{
	for (int i = 0; i < 2; i++) {
		note(name);
		sched_yield();
	}
	return NULL;
}

/* What runs first computes for less long. */
static void *compute(void *name)
{
	double until = now() + (*(const char *)name == 'b' ? 0.3 : 0.8);
	char end = (char)(*(const char *)name - 'a' + 'A');

	note(name);
	while (now() < until)
		;
	note(&end);
	return NULL;
}

static void *sleep_first(void *name)
{
	msleep(50);
	note(name);
	return NULL;
}

static pthread_t start_with(int policy, int priority, void *(*run)(void *), const char *name)
{
	struct sched_param param = {.sched_priority = priority};
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	must("inherit", -pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED));
	must("policy", -pthread_attr_setschedpolicy(&attributes, policy));
	must("param", -pthread_attr_setschedparam(&attributes, &param));
	must("create", -pthread_create(&thread, &attributes, run, (void *)name));
	pthread_attr_destroy(&attributes);
	return thread;
}

static void start_all(int policy, void *(*run)(void *))
{
	for (int i = 0; i < THREADS; i++)
		threads[i] = start_with(policy, priorities[i], run, &names[i]);
}

static void join_all(const char *what)
{
	for (int i = 0; i < THREADS; i++)
		join(threads[i]);
	say_order(what);
}

static int place_of(char name, int time)
{
	int place = 0;

	while (order[place] != name || time--)
		place++;
	return place;
}

/* Each of two equals has run once before either runs again: they may give way more often than they are asked to. */
static bool are_in_turns(char one, char other)
{
	return place_of(one, 0) < place_of(other, 1) && place_of(other, 0) < place_of(one, 1);
}

static void join_all_in_turns(void)
{
	for (int i = 0; i < THREADS; i++)
		join(threads[i]);
	say_whether("giving way: equals run in turns", are_in_turns('B', 'D') && are_in_turns('a', 'e'));
	say_whether("giving way: the less urgent wait", place_of('c', 0) > 3 && place_of('c', 1) < 6);
	runs = 0;
}

static int be(int policy, int priority)
{
	return pthread_setschedparam(pthread_self(), policy, &(struct sched_param){.sched_priority = priority});
}

static void keep_to_one_processor(void)
{
	cpu_set_t set;
	int cpu = 0;

	must("affinity", sched_getaffinity(0, sizeof(set), &set));
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must("affinity", sched_setaffinity(0, sizeof(set), &set));
}

static void compute_side_by_side(const char *what, int policy)
{
	threads[0] = start_with(policy, 10, compute, "a");
	threads[1] = start_with(policy, 10, compute, "b");
	join(threads[0]);
	join(threads[1]);
	say_order(what);
}

static void interrupt_who_computes(void)
{
	threads[0] = start_with(SCHED_FIFO, 10, compute, "b");
	threads[1] = start_with(SCHED_FIFO, 20, sleep_first, "!");
	join(threads[0]);
	join(threads[1]);
	say_order("more urgent than who computes");
}

/* Without the right to it. */
static int ask_for_priorities(void *unused)
{
	static const struct {
		int policy, priority;
	} wanted[] = {{SCHED_FIFO, 20}, {SCHED_RR, 1}, {SCHED_OTHER, 0}};
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	(void)unused;
	must("setresuid", setresuid(65534, 65534, 65534));
	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct sched_param param = {.sched_priority = wanted[i].priority};

		pthread_attr_setschedpolicy(&attributes, wanted[i].policy);
		pthread_attr_setschedparam(&attributes, &param);
		error = say_error("create", pthread_create(&thread, &attributes, only_run, "x"));
		if (!error)
			join(thread);
	}
	fflush(stdout);
	return 0;
}

static void *change_own(void *unused)
{
	must("be", -be(SCHED_FIFO, 10));
	must("setresuid", setresuid(65534, 65534, 65534));
	say_error("more than before", be(SCHED_FIFO, 20));
	say_error("as much", be(SCHED_FIFO, 10));
	say_error("less", be(SCHED_FIFO, 5));
	say_error("more again", be(SCHED_FIFO, 9));
	say_error("none", be(SCHED_OTHER, 0));
	say_error("some", be(SCHED_RR, 1));
	return unused;
}

static int change_priorities(void *unused)
{
	join(start(change_own, unused));
	fflush(stdout);
	return 0;
}

static void *raise_others(void *unused)
{
	struct sched_param param = {.sched_priority = 40};

	must("be", -be(SCHED_FIFO, 45));
	start_all(SCHED_FIFO, only_run);
	must("raise", -pthread_setschedparam(threads[2], SCHED_FIFO, &param));
	must("raise", -pthread_setschedprio(threads[4], 35));
	must("lower", -pthread_setschedprio(threads[1], 5));
	join_all("changed while ready");
	return unused;
}

static void *lower_itself(void *unused)
{
	must("be", -be(SCHED_FIFO, 45));
	start_all(SCHED_FIFO, only_run);
	note("(");
	must("be", -be(SCHED_FIFO, 20));
	note(")");
	join_all("the creator lowers itself");
	return unused;
}

static void *run_all(void *unused)
{
	must("be", -be(SCHED_FIFO, 50));
	start_all(SCHED_FIFO, only_run);
	join_all("ready");
	start_all(SCHED_RR, only_run);
	join_all("ready, SCHED_RR");
	start_all(SCHED_FIFO, take_turns);
	join_all_in_turns();
	start_with(SCHED_FIFO, 60, only_run, "!");
	note(".");
	msleep(1);
	say_order("more urgent than the creator");

	compute_side_by_side("computing, SCHED_FIFO", SCHED_FIFO);
	compute_side_by_side("computing, SCHED_RR", SCHED_RR);
	interrupt_who_computes();

	pthread_mutex_lock(&mutex);
	start_all(SCHED_FIFO, lock_mutex);
	msleep(20);
	pthread_mutex_unlock(&mutex);
	join_all("mutex");

	pthread_rwlock_wrlock(&rwlock);
	start_all(SCHED_FIFO, lock_for_writing);
	msleep(20);
	pthread_rwlock_unlock(&rwlock);
	join_all("rwlock");

	start_all(SCHED_FIFO, wait_for_semaphore);
	msleep(20);
	for (int i = 0; i < THREADS; i++)
		sem_post(&semaphore);
	join_all("semaphore");

	start_all(SCHED_FIFO, wait_for_condition);
	msleep(20);
	may_go = 1;
	pthread_cond_broadcast(&condition);
	join_all("condition");
	may_go = 0;
	must("be", -be(SCHED_OTHER, 0));
	return unused;
}

int main(void)
{
	struct rlimit limit;

	must("getrlimit", getrlimit(RLIMIT_RTPRIO, &limit));
	if (limit.rlim_cur != 0 || be(SCHED_FIFO, 50) != 0) {
		puts("skipped: real-time priorities are not granted, or to all");
		return 0;
	}
	be(SCHED_OTHER, 0);
	keep_to_one_processor();
	sem_init(&semaphore, 0, 0);
	run_all(NULL);
	join(start(run_all, NULL));
	join(start(raise_others, NULL));
	join(start(lower_itself, NULL));
	end_child(start_child(ask_for_priorities, NULL));
	end_child(start_child(change_priorities, NULL));
	return 0;
}
