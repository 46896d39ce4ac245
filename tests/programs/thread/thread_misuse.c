/* threads */
/* Calls that are wrong, or come too late: what each object answers. */
#include "tests/programs/threads.h"
#include <limits.h>
#include <semaphore.h>
#include <sys/resource.h>

static const struct timespec negative = {0, -1}, too_much = {0, 1000000000}, past = {1, 0}, before_time = {-1, 0};

static void *nothing(void *result)
{
	return result;
}

static void *join_self(void *unused)
{
	say_error("join oneself", pthread_join(pthread_self(), NULL));
	return unused;
}

static void *sleep_a_while(void *ms)
{
	msleep((int)(long)ms);
	return NULL;
}

static sem_t gate;

static void *wait_at_gate(void *unused)
{
	sem_wait(&gate);
	return unused;
}

static void misuse_joins(void)
{
	struct timespec soon;
	pthread_t thread;

	must("sem_init", sem_init(&gate, 0, 0));
	pthread_join(start(join_self, NULL), NULL);
	thread = start(wait_at_gate, NULL);
	say_error("tryjoin", pthread_tryjoin_np(thread, NULL));
	clock_gettime(CLOCK_REALTIME, &soon);
	say_error("timedjoin", pthread_timedjoin_np(thread, NULL, &soon));
	say_error("clockjoin, no clock", pthread_clockjoin_np(thread, NULL, CLOCK_PROCESS_CPUTIME_ID, &soon));
	must("sem_post", sem_post(&gate));
	say_error("join", pthread_join(thread, NULL));
	thread = start(wait_at_gate, NULL);
	say_error("detach", pthread_detach(thread));
	say_error("detach twice", pthread_detach(thread));
	say_error("join what is detached", pthread_join(thread, NULL));
	say_error("tryjoin that", pthread_tryjoin_np(thread, NULL));
	must("sem_post", sem_post(&gate));
}

static void misuse_mutex(int kind, int robust)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, kind);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutex_init(&mutex, &attributes);
	if (kind != PTHREAD_MUTEX_NORMAL || robust)
		say_error("unlock what is free", pthread_mutex_unlock(&mutex));
	say_error("timedlock, free and no time", pthread_mutex_timedlock(&mutex, &negative));
	if (kind == PTHREAD_MUTEX_NORMAL) {
		say_error("timedlock, own and no time", pthread_mutex_timedlock(&mutex, &too_much));
		say_error("timedlock, own and past", pthread_mutex_timedlock(&mutex, &past));
		say_error("timedlock, own and before time", pthread_mutex_timedlock(&mutex, &before_time));
	} else {
		say_error("lock again", pthread_mutex_lock(&mutex));
	}
	say_error("trylock", pthread_mutex_trylock(&mutex));
	say_error("clocklock, no clock", pthread_mutex_clocklock(&mutex, CLOCK_PROCESS_CPUTIME_ID, &past));
	say_error("destroy", pthread_mutex_destroy(&mutex));
	while (kind == PTHREAD_MUTEX_RECURSIVE && pthread_mutex_unlock(&mutex) == 0)
		;
	if (kind != PTHREAD_MUTEX_RECURSIVE)
		say_error("unlock", pthread_mutex_unlock(&mutex));
	say_error("destroy", pthread_mutex_destroy(&mutex));
	say_error("lock what is destroyed", pthread_mutex_lock(&mutex));
}

static void *unlock(void *mutex)
{
	return (void *)(long)pthread_mutex_unlock(mutex);
}

static void misuse_mutexes(void)
{
	pthread_mutex_t mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	pthread_mutexattr_t attributes;
	void *result;

	misuse_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
	misuse_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
	misuse_mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
	misuse_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_lock(&mutex);
	pthread_join(start(unlock, &mutex), &result);
	say_error("unlock another's", (int)(long)result);
	say_error("consistent", pthread_mutex_consistent(&mutex));
	pthread_mutexattr_init(&attributes);
	say_error("settype", pthread_mutexattr_settype(&attributes, 77));
	say_error("setprotocol", pthread_mutexattr_setprotocol(&attributes, 77));
	say_error("setprotocol", pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT));
	say_error("init", pthread_mutex_init(&mutex, &attributes));
}

static void *lock_protected(void *mutex)
{
	say_error("lock below the ceiling", pthread_mutex_lock(mutex));
	say_error("trylock", pthread_mutex_trylock(mutex));
	return NULL;
}

static void misuse_protected(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
	pthread_mutex_init(&mutex, &attributes);
	pthread_join(start(lock_protected, &mutex), NULL);
}

static void misuse_cond(void)
{
	pthread_mutex_t mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	say_error("wait without the mutex", pthread_cond_wait(&cond, &mutex));
	pthread_mutex_lock(&mutex);
	say_error("timedwait, no time", pthread_cond_timedwait(&cond, &mutex, &negative));
	say_error("timedwait, no time", pthread_cond_timedwait(&cond, &mutex, &too_much));
	say_error("timedwait, past", pthread_cond_timedwait(&cond, &mutex, &past));
	say_error("timedwait, before time", pthread_cond_timedwait(&cond, &mutex, &before_time));
	say_error("clockwait, no clock", pthread_cond_clockwait(&cond, &mutex, CLOCK_PROCESS_CPUTIME_ID, &past));
	say_error("still mine", pthread_mutex_unlock(&mutex));
	say_error("destroy", pthread_cond_destroy(&cond));
}

static void misuse_rwlock(void)
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

	say_error("timedrdlock, no time", pthread_rwlock_timedrdlock(&lock, &negative));
	say_error("wrlock", pthread_rwlock_wrlock(&lock));
	say_error("rdlock", pthread_rwlock_rdlock(&lock));
	say_error("wrlock", pthread_rwlock_wrlock(&lock));
	say_error("tryrdlock", pthread_rwlock_tryrdlock(&lock));
	say_error("timedwrlock, no time", pthread_rwlock_timedwrlock(&lock, &too_much));
	say_error("clockwrlock, no clock", pthread_rwlock_clockwrlock(&lock, CLOCK_PROCESS_CPUTIME_ID, &past));
	say_error("unlock", pthread_rwlock_unlock(&lock));
	say_error("rdlock", pthread_rwlock_rdlock(&lock));
	say_error("timedwrlock, past", pthread_rwlock_timedwrlock(&lock, &past));
	say_error("unlock", pthread_rwlock_unlock(&lock));
	say_error("destroy", pthread_rwlock_destroy(&lock));
}

static void misuse_the_rest(void)
{
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;
	sem_t semaphore;

	say_error("barrier of none", pthread_barrier_init(&barrier, NULL, 0));
	say_error("barrier of one", pthread_barrier_init(&barrier, NULL, 1));
	say("wait", pthread_barrier_wait(&barrier));
	say_error("destroy", pthread_barrier_destroy(&barrier));
	say("semaphore too high", sem_init(&semaphore, 0, 1u << 31));
	say("semaphore", sem_init(&semaphore, 0, SEM_VALUE_MAX));
	say("post", sem_post(&semaphore));
	say("timedwait, no time and no need", sem_timedwait(&semaphore, &too_much));
	sem_init(&semaphore, 0, 0);
	say("timedwait, no time", sem_timedwait(&semaphore, &negative));
	say("timedwait, past", sem_timedwait(&semaphore, &past));
	say("timedwait, before time", sem_timedwait(&semaphore, &before_time));
	say("clockwait, no clock", sem_clockwait(&semaphore, CLOCK_PROCESS_CPUTIME_ID, &past));
	say("trywait", sem_trywait(&semaphore));
	pthread_spin_init(&spin, 0);
	say_error("spin", pthread_spin_lock(&spin));
	say_error("spin again", pthread_spin_trylock(&spin));
	say_error("cancelstate", pthread_setcancelstate(77, NULL));
	say_error("canceltype", pthread_setcanceltype(77, NULL));
	say_error("kill", pthread_kill(pthread_self(), 77));
	say_error("name too long", pthread_setname_np(pthread_self(), "0123456789012345"));
	say_error("key", pthread_setspecific(PTHREAD_KEYS_MAX, NULL));
}

static long address_space(void)
{
	long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "r");

	must("statm", statm && fscanf(statm, "%ld", &pages) == 1 ? 0 : -1);
	fclose(statm);
	return pages * sysconf(_SC_PAGESIZE);
}

enum { MOST = 100, STACK = 64 << 20 };

/* Until there is no room; then again, as nothing of the failures is left. */
static int fill_address_space(void)
{
	pthread_t threads[MOST];
	pthread_attr_t attributes;
	int n = 0, error = 0, i;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	while (n < MOST && (error = pthread_create(&threads[n], &attributes, sleep_a_while, (void *)20)) == 0)
		n++;
	say_error("when it is full", error);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return n;
}

static void run_out_of_memory(void)
{
	struct rlimit limit, low;
	int first;

	pthread_join(start(nothing, NULL), NULL);
	must("getrlimit", getrlimit(RLIMIT_AS, &limit));
	low = limit;
	low.rlim_cur = (rlim_t)address_space() + 5l * STACK;
	must("setrlimit", setrlimit(RLIMIT_AS, &low));
	first = fill_address_space();
	say_whether("some fit", first > 1 && first < 8);
	say_whether("as many again", fill_address_space() >= first);
	must("setrlimit", setrlimit(RLIMIT_AS, &limit));
}

int main(void)
{
	misuse_joins();
	misuse_mutexes();
	misuse_protected();
	misuse_cond();
	misuse_rwlock();
	misuse_the_rest();
	run_out_of_memory();
	return 0;
}
