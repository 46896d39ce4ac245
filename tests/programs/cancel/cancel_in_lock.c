/* threads and helpers */
/* A cancellation of a thread that waits for a lock of another. */
#include "no_point.h"
#include <threads.h>

#define MUTEXES 7

static pthread_mutex_t mutexes[MUTEXES];
static mtx_t mtx;
static pthread_rwlock_t read_held = PTHREAD_RWLOCK_INITIALIZER, write_held = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static pthread_once_t once;
static FILE *stream;
static sem_t is_there, routine_may_end;

static void call_mutex(int which)
{
	must("lock", -pthread_mutex_lock(&mutexes[which]));
	pthread_mutex_unlock(&mutexes[which]);
}

static void release_mutex(int which)
{
	must("unlock", -pthread_mutex_unlock(&mutexes[which]));
}

static void hold_mutex(int which)
{
	must("lock", -pthread_mutex_lock(&mutexes[which]));
}

static bool is_free(int which)
{
	return pthread_mutex_trylock(&mutexes[which]) == 0 && pthread_mutex_unlock(&mutexes[which]) == 0;
}

static void call_timedlock(int which)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 50;
	must("timedlock", -pthread_mutex_timedlock(&mutexes[which], &at));
	pthread_mutex_unlock(&mutexes[which]);
}

static void call_clocklock(int which)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += 50;
	must("clocklock", -pthread_mutex_clocklock(&mutexes[which], CLOCK_MONOTONIC, &at));
	pthread_mutex_unlock(&mutexes[which]);
}

static void call_mtx(int unused)
{
	(void)unused;
	must("mtx_lock", mtx_lock(&mtx) == thrd_success ? 0 : -1);
	mtx_unlock(&mtx);
}

static void hold_mtx(int unused)
{
	(void)unused;
	mtx_lock(&mtx);
}

static void release_mtx(int unused)
{
	(void)unused;
	mtx_unlock(&mtx);
}

static bool mtx_is_free(int unused)
{
	(void)unused;
	return mtx_trylock(&mtx) == thrd_success && mtx_unlock(&mtx) == thrd_success;
}

static void call_write_lock(int unused)
{
	(void)unused;
	must("wrlock", -pthread_rwlock_wrlock(&read_held));
	pthread_rwlock_unlock(&read_held);
}

static void hold_for_reading(int unused)
{
	(void)unused;
	must("rdlock", -pthread_rwlock_rdlock(&read_held));
}

static void stop_reading(int unused)
{
	(void)unused;
	pthread_rwlock_unlock(&read_held);
}

static void call_read_lock(int unused)
{
	(void)unused;
	must("rdlock", -pthread_rwlock_rdlock(&write_held));
	pthread_rwlock_unlock(&write_held);
}

static void hold_for_writing(int unused)
{
	(void)unused;
	must("wrlock", -pthread_rwlock_wrlock(&write_held));
}

static void stop_writing(int unused)
{
	(void)unused;
	pthread_rwlock_unlock(&write_held);
}

static void call_barrier(int unused)
{
	(void)unused;
	pthread_barrier_wait(&barrier);
}

static void make_barrier(int unused)
{
	(void)unused;
	pthread_barrier_init(&barrier, NULL, 2);
}

static void call_spin(int unused)
{
	(void)unused;
	pthread_spin_lock(&spin);
	pthread_spin_unlock(&spin);
}

static void hold_spin(int unused)
{
	(void)unused;
	pthread_spin_lock(&spin);
}

static void release_spin(int unused)
{
	(void)unused;
	pthread_spin_unlock(&spin);
}

static bool spin_is_free(int unused)
{
	(void)unused;
	return pthread_spin_trylock(&spin) == 0 && pthread_spin_unlock(&spin) == 0;
}

static void routine(void)
{
	sem_post(&is_there);
	while (sem_wait(&routine_may_end) != 0)
		;
}

static pthread_t runner;

static void *run_once(void *unused)
{
	pthread_once(&once, routine);
	return unused;
}

static void begin_routine(int unused)
{
	static const pthread_once_t anew = PTHREAD_ONCE_INIT;

	(void)unused;
	once = anew;
	must("pthread_create", -pthread_create(&runner, NULL, run_once, NULL));
	while (sem_wait(&is_there) != 0)
		;
}

static void call_once_only(int unused)
{
	(void)unused;
	pthread_once(&once, routine);
}

static void end_routine(int unused)
{
	(void)unused;
	sem_post(&routine_may_end);
	pthread_join(runner, NULL);
}

static void hold_stream(int unused)
{
	(void)unused;
	flockfile(stream);
}

static void call_stream(int unused)
{
	(void)unused;
	flockfile(stream);
	funlockfile(stream);
}

static void release_stream(int unused)
{
	(void)unused;
	funlockfile(stream);
}

static bool stream_is_free(int unused)
{
	(void)unused;
	if (ftrylockfile(stream) != 0)
		return false;
	funlockfile(stream);
	return true;
}

static const struct wait waits[] = {
    {"mutex", hold_mutex, call_mutex, release_mutex, is_free, 0},
    {"recursive mutex", hold_mutex, call_mutex, release_mutex, is_free, 1},
    {"error-checking mutex", hold_mutex, call_mutex, release_mutex, is_free, 2},
    {"adaptive mutex", hold_mutex, call_mutex, release_mutex, is_free, 3},
    {"inheriting mutex", hold_mutex, call_mutex, release_mutex, is_free, 4},
    {"robust mutex", hold_mutex, call_mutex, release_mutex, is_free, 5},
    {"shared mutex", hold_mutex, call_mutex, release_mutex, is_free, 6},
    {"timed lock", hold_mutex, call_timedlock, release_mutex, is_free, 0},
    {"clock lock", hold_mutex, call_clocklock, release_mutex, is_free, 0},
    {"mtx", hold_mtx, call_mtx, release_mtx, mtx_is_free, 0},
    {"to write", hold_for_reading, call_write_lock, stop_reading, is_not_known, 0},
    {"to read", hold_for_writing, call_read_lock, stop_writing, is_not_known, 0},
    {"barrier", make_barrier, call_barrier, NULL, is_not_known, 0},
    {"spin lock", hold_spin, call_spin, release_spin, spin_is_free, 0},
    {"once", begin_routine, call_once_only, end_routine, is_not_known, 0},
    {"stream", hold_stream, call_stream, release_stream, stream_is_free, 0},
};

static void make_mutex(int which, int type, int protocol, int robust, int shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_setpshared(&attributes, shared);
	pthread_mutex_init(&mutexes[which], &attributes);
}

static void prepare(void)
{
	make_mutex(0, PTHREAD_MUTEX_NORMAL, 0, 0, 0);
	make_mutex(1, PTHREAD_MUTEX_RECURSIVE, 0, 0, 0);
	make_mutex(2, PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0);
	make_mutex(3, PTHREAD_MUTEX_ADAPTIVE_NP, 0, 0, 0);
	make_mutex(4, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, 0, 0);
	make_mutex(5, PTHREAD_MUTEX_NORMAL, 0, PTHREAD_MUTEX_ROBUST, 0);
	make_mutex(6, PTHREAD_MUTEX_NORMAL, 0, 0, PTHREAD_PROCESS_SHARED);
	mtx_init(&mtx, mtx_plain);
	pthread_spin_init(&spin, 0);
	sem_init(&is_there, 0, 0);
	sem_init(&routine_may_end, 0, 0);
	stream = tmpfile();
}

int main(void)
{
	prepare();
	cancel_each(waits, sizeof(waits) / sizeof(*waits));
	return 0;
}
