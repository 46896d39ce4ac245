/* threads and helpers */
/*
 * A cancellation of a thread that waits where there is no cancellation point. A deferred one waits, too, until the call
 * has returned; an asynchronous one ends the thread at once, and what it waited for is as if it had never come.
 */
#include "tests/programs/say.h"
#include <aio.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <threads.h>

#define MUTEXES 7

static pthread_mutex_t mutexes[MUTEXES];
static mtx_t mtx;
static pthread_rwlock_t read_held = PTHREAD_RWLOCK_INITIALIZER, write_held = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static pthread_once_t once;
static uint32_t word, pi_word;
static int ends[2], full[2], held, other, semaphores, source, events;
static char bytes[65536];
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

static void *run_once(void *unused)
{
	pthread_once(&once, routine);
	return unused;
}

static pthread_t runner;

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

static void hold_file(int unused)
{
	(void)unused;
	must("flock", flock(held, LOCK_EX));
}

static void call_flock(int unused)
{
	(void)unused;
	must("flock", flock(other, LOCK_EX));
	flock(other, LOCK_UN);
}

static void release_file(int unused)
{
	(void)unused;
	must("flock", flock(held, LOCK_UN));
}

static bool file_is_free(int unused)
{
	(void)unused;
	return flock(held, LOCK_EX | LOCK_NB) == 0 && flock(held, LOCK_UN) == 0;
}

/* From glibc 2.41 on the signal of a cancellation that is deferred may interrupt what is no cancellation point. */
static void call_semop(int unused)
{
	struct sembuf take = {.sem_op = -1};
	int answer;

	(void)unused;
	while ((answer = semop(semaphores, &take, 1)) < 0 && errno == EINTR)
		;
	must("semop", answer);
}

static void call_semtimedop(int unused)
{
	struct sembuf take = {.sem_op = -1};
	int answer;

	(void)unused;
	while ((answer = semtimedop(semaphores, &take, 1, &(struct timespec){50, 0})) < 0 && errno == EINTR)
		;
	must("semtimedop", answer);
}

static void give_semaphore(int unused)
{
	struct sembuf give = {.sem_op = 1};

	(void)unused;
	must("semop", semop(semaphores, &give, 1));
}

static bool semaphore_is_there(int unused)
{
	struct sembuf take = {.sem_op = -1, .sem_flg = IPC_NOWAIT};

	(void)unused;
	return semop(semaphores, &take, 1) == 0;
}

static void fill_pipe(int unused)
{
	(void)unused;
	while (write_at_once(full[1], bytes, sizeof(bytes)) > 0)
		;
}

static void call_sendfile(int unused)
{
	(void)unused;
	must("sendfile", sendfile(full[1], source, &(off_t){0}, 100));
}

static void empty_pipe(int unused)
{
	(void)unused;
	set_nonblocking(full[0], true);
	while (read(full[0], bytes, sizeof(bytes)) > 0)
		;
	set_nonblocking(full[0], false);
}

static void call_raw_read(int unused)
{
	char byte;

	(void)unused;
	must("read", syscall(SYS_read, ends[0], &byte, 1));
}

static void call_raw_ppoll(int unused)
{
	struct {
		int fd;
		short events, found;
	} entry = {ends[0], 1, 0};
	long answer;
	char byte;

	(void)unused;
	while ((answer = syscall(SYS_ppoll, &entry, 1, NULL, NULL, 8)) < 0 && errno == EINTR)
		;
	must("ppoll", answer);
	must("read", syscall(SYS_read, ends[0], &byte, 1));
}

static void feed_pipe(int unused)
{
	(void)unused;
	must("write", write(ends[1], "x", 1));
}

static bool byte_is_there(int unused)
{
	char byte;

	(void)unused;
	return read(ends[0], &byte, 1) == 1;
}

static void set_word(int unused)
{
	(void)unused;
	word = 0;
}

static void call_futex(int unused)
{
	(void)unused;
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0)
		syscall(SYS_futex, &word, 128, 0, NULL);
}

static void wake_futex(int unused)
{
	(void)unused;
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &word, 129, 1);
}

static void hold_pi(int unused)
{
	(void)unused;
	must("futex", syscall(SYS_futex, &pi_word, 128 | 6, 0, NULL));
}

static void release_pi(int unused)
{
	(void)unused;
	must("futex", syscall(SYS_futex, &pi_word, 128 | 7, 0, NULL));
}

static void call_pi(int unused)
{
	hold_pi(unused);
	release_pi(unused);
}

static bool pi_is_free(int unused)
{
	(void)unused;
	return pi_word == 0;
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

static bool is_not_known(int unused)
{
	(void)unused;
	return true;
}

static const struct wait {
	const char *name;
	void (*hold)(int which); /* by the main thread; then the call waits */
	void (*call)(int which);
	void (*release)(int which);
	bool (*is_free)(int which); /* once the thread that waited was cancelled, and it was released */
	int which;
} waits[] = {
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
    {"flock", hold_file, call_flock, release_file, file_is_free, 0},
    {"semop", NULL, call_semop, give_semaphore, semaphore_is_there, 0},
    {"semtimedop", NULL, call_semtimedop, give_semaphore, semaphore_is_there, 0},
    {"sendfile", fill_pipe, call_sendfile, empty_pipe, is_not_known, 0},
    {"raw read", NULL, call_raw_read, feed_pipe, byte_is_there, 0},
    {"raw ppoll", NULL, call_raw_ppoll, feed_pipe, byte_is_there, 0},
    {"raw futex", set_word, call_futex, wake_futex, is_not_known, 0},
    {"raw futex that inherits", hold_pi, call_pi, release_pi, pi_is_free, 0},
    {"stream", hold_stream, call_stream, release_stream, stream_is_free, 0},
};

enum { WAITS = sizeof(waits) / sizeof(*waits) };

static bool has_cleaned_up;
static volatile bool has_returned;
static sem_t comes;

static void clean_up(void *unused)
{
	(void)unused;
	has_cleaned_up = true;
}

struct job {
	const struct wait *wait;
	int type;
};

static void *wait_in(void *arg)
{
	const struct job *job = arg;

	pthread_cleanup_push(clean_up, NULL);
	sem_post(&comes);
	pthread_setcanceltype(job->type, NULL);
	job->wait->call(job->wait->which);
	has_returned = true;
	pthread_testcancel();
	puts("not cancelled");
	pthread_cleanup_pop(0);
	return NULL;
}

static pthread_t begin(const struct job *job)
{
	pthread_t thread;

	has_returned = has_cleaned_up = false;
	if (job->wait->hold)
		job->wait->hold(job->wait->which);
	must("pthread_create", -pthread_create(&thread, NULL, wait_in, (void *)job));
	while (sem_wait(&comes) != 0)
		;
	msleep(15);
	must("pthread_cancel", -pthread_cancel(thread));
	return thread;
}

static void finish(const char *what, const struct job *job, pthread_t thread)
{
	void *result;

	must("pthread_join", -pthread_join(thread, &result));
	printf("%s, %s: %s%s%s\n", job->wait->name, what, result == PTHREAD_CANCELED ? "cancelled" : "ended",
	    has_cleaned_up ? ", cleaned up" : "", has_returned ? ", after the call" : "");
}

static void cancel_deferred(const struct wait *wait)
{
	const struct job job = {wait, PTHREAD_CANCEL_DEFERRED};
	pthread_t thread = begin(&job);

	msleep(15);
	if (has_returned)
		printf("%s: did not wait\n", wait->name);
	if (wait->release)
		wait->release(wait->which);
	else
		wait->call(wait->which);
	finish("deferred", &job, thread);
}

static void cancel_at_once(const struct wait *wait)
{
	const struct job job = {wait, PTHREAD_CANCEL_ASYNCHRONOUS};
	pthread_t thread = begin(&job);

	finish("at any time", &job, thread);
	if (wait->release)
		wait->release(wait->which);
	if (!wait->is_free(wait->which))
		printf("%s: not free\n", wait->name);
}

/*
 * Of a list that is waited for, libc lets nobody be cancelled: the requests may lie on the stack of the caller. (An
 * asynchronous cancellation ends the caller of glibc's before it has given its locks back.)
 */
static struct aiocb one;

static void call_list(int unused)
{
	struct aiocb *list[] = {&one};

	(void)unused;
	lio_listio(LIO_WAIT, list, 1, NULL);
}

static void cancel_in_list(void)
{
	const struct wait wait = {.name = "list", .call = call_list};
	const struct job job = {&wait, PTHREAD_CANCEL_DEFERRED};
	pthread_t thread = begin(&job);

	msleep(15);
	must("eventfd_write", eventfd_write(events, 1));
	finish("deferred", &job, thread);
}

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
	sem_init(&comes, 0, 0);
	must("pipe", pipe(ends));
	must("pipe", pipe(full));
	held = must("open", open("locked", O_CREAT | O_RDWR, 0600));
	other = must("open", open("locked", O_RDWR));
	source = must("open", open("source", O_CREAT | O_RDWR, 0600));
	must("write", write(source, bytes, sizeof(bytes)));
	semaphores = must("semget", semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
	stream = tmpfile();
}

static void remove_semaphores(void)
{
	semctl(semaphores, 0, IPC_RMID);
}

int main(void)
{
	prepare();
	atexit(remove_semaphores);
	for (int i = 0; i < WAITS; i++) {
		cancel_deferred(&waits[i]);
		cancel_at_once(&waits[i]);
	}
	events = must("eventfd", eventfd(0, 0));
	one = (struct aiocb){.aio_fildes = events, .aio_buf = bytes, .aio_nbytes = 8, .aio_lio_opcode = LIO_READ};
	cancel_in_list();
	return 0;
}
