/* threads */
/* Read-write locks, barriers, spin locks and what is done once. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <threads.h>

enum { THREADS = 6, ROUNDS = 50 };

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static pthread_once_t posix_once = PTHREAD_ONCE_INIT;
static once_flag c11_once = ONCE_FLAG_INIT;
static volatile int shared, twin, torn, serial, onces;

static struct timespec in(clockid_t clock, int ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void once(void)
{
	msleep(20);
	onces++;
}

static void write_both(void)
{
	pthread_rwlock_wrlock(&rwlock);
	shared++;
	sched_yield();
	twin++;
	pthread_rwlock_unlock(&rwlock);
}

static void read_both(void)
{
	pthread_rwlock_rdlock(&rwlock);
	if (shared != twin)
		torn = 1;
	sched_yield();
	pthread_rwlock_unlock(&rwlock);
}

static void *work(void *number)
{
	static volatile int spun;
	int i;

	pthread_once(&posix_once, once);
	call_once(&c11_once, once);
	for (i = 0; i < ROUNDS; i++) {
		(long)number % 2 ? write_both() : read_both();
		pthread_spin_lock(&spin);
		spun++;
		pthread_spin_unlock(&spin);
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			serial++;
	}
	return (void *)(long)spun;
}

static void *wait_in_vain(void *unused)
{
	struct timespec real = in(CLOCK_REALTIME, 30), mono = in(CLOCK_MONOTONIC, 60), none = {0, -1};

	say_error("try to read", pthread_rwlock_tryrdlock(&rwlock));
	say_error("timedrdlock", pthread_rwlock_timedrdlock(&rwlock, &real));
	say_error("timedwrlock", pthread_rwlock_timedwrlock(&rwlock, &real));
	say_error("clockrdlock", pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &mono));
	say_error("clockwrlock", pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &mono));
	say_error("no such time", pthread_rwlock_timedwrlock(&rwlock, &none));
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];
	long i;

	say_error("nobody's barrier", pthread_barrier_init(&barrier, NULL, 0));
	must("pthread_barrier_init", -pthread_barrier_init(&barrier, NULL, THREADS));
	must("pthread_spin_init", -pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	for (i = 0; i < THREADS; i++)
		must("pthread_create", -pthread_create(&thread[i], NULL, work, (void *)i));
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	say("written", shared);
	say_whether("torn", torn);
	say("serial threads", serial);
	say("done once, each", onces);
	say_error("destroy", pthread_barrier_destroy(&barrier));
	pthread_rwlock_wrlock(&rwlock);
	say_error("once more", pthread_rwlock_wrlock(&rwlock));
	must("pthread_create", -pthread_create(&thread[0], NULL, wait_in_vain, NULL));
	pthread_join(thread[0], NULL);
	pthread_rwlock_unlock(&rwlock);
	return 0;
}
