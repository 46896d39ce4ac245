/* parks: pthread_barrier_wait pthread_rwlock_wrlock pthread_rwlock_rdlock sem_wait pthread_mutex_lock connect read
 * tcdrain syscall */
/*
 * Calls that wait for another process while the system gives no thread to wait in the place of a greenlet: the threads
 * that there are go on, and the calls end as they should.
 */
#include "no_more_threads.h"
#include "tests/programs/threads.h"
#include <limits.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>

enum { LATE = 100 };

/* In memory that both processes have. */
struct shared {
	pthread_barrier_t barrier;
	pthread_rwlock_t rwlock;
	pthread_cond_t condition;
	pthread_mutex_t mutex;
	sem_t semaphore;
	uint32_t word;
	_Atomic int asked, is_taken, may_go; /* which call the partner is to answer; it has what is waited for */
};

static struct shared *shared;
static int listener, master, tty;
static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
static _Atomic int turns;

static void *take_turns(void *unused)
{
	for (;;) {
		msleep(2);
		turns++;
	}
	return unused;
}

/* What the partner does for each call: takes what the caller then waits for, and lets it go when that is late. */
static void meet(void)
{
	pthread_barrier_wait(&shared->barrier);
}

static void take_write_lock(void)
{
	pthread_rwlock_wrlock(&shared->rwlock);
}

static void take_mutex(void)
{
	pthread_mutex_lock(&shared->mutex);
}

static void give_rwlock(void)
{
	pthread_rwlock_unlock(&shared->rwlock);
}

static void give_mutex(void)
{
	pthread_mutex_unlock(&shared->mutex);
}

static void signal_condition(void)
{
	pthread_mutex_lock(&shared->mutex);
	shared->may_go = 1;
	pthread_cond_signal(&shared->condition);
	pthread_mutex_unlock(&shared->mutex);
}

static void post(void)
{
	sem_post(&shared->semaphore);
}

static void wake_word(void)
{
	__atomic_store_n(&shared->word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 4);
}

static void accept_two(void)
{
	must("accept", accept(listener, NULL, NULL));
	must("accept", accept(listener, NULL, NULL));
}

static void type_three(void)
{
	must("write", write(master, "a", 1));
	msleep(50);
	must("write", write(master, "bc", 2));
}

static void type_two(void)
{
	must("write", write(master, "ab", 2));
}

static long wait_at_barrier(void)
{
	int answer = pthread_barrier_wait(&shared->barrier);

	return answer == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : answer;
}

static long lock_for_writing(void)
{
	int error = pthread_rwlock_wrlock(&shared->rwlock);

	give_rwlock();
	return error;
}

static long lock_for_reading(void)
{
	int error = pthread_rwlock_rdlock(&shared->rwlock);

	give_rwlock();
	return error;
}

static long lock_mutex(void)
{
	int error = pthread_mutex_lock(&shared->mutex);

	give_mutex();
	return error;
}

static long wait_for_condition(void)
{
	int error = 0;

	pthread_mutex_lock(&shared->mutex);
	while (!shared->may_go && !error)
		error = pthread_cond_wait(&shared->condition, &shared->mutex);
	give_mutex();
	return error;
}

static long wait_for_semaphore(void)
{
	return sem_wait(&shared->semaphore);
}

static long wait_for_word(void)
{
	while (!__atomic_load_n(&shared->word, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 4);
	return 0;
}

/* The first fills the backlog of none. */
static long connect_twice(void)
{
	int one = must("socket", socket(AF_UNIX, SOCK_STREAM, 0)),
	    two = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	long answer;

	must("connect", connect(one, (struct sockaddr *)&address, sizeof(address)));
	answer = connect(two, (struct sockaddr *)&address, sizeof(address));
	close(one);
	close(two);
	return answer;
}

static long read_with(int least, int tenths)
{
	struct termios mode;
	char bytes[8];

	must("tcgetattr", tcgetattr(tty, &mode));
	cfmakeraw(&mode);
	mode.c_cc[VMIN] = (cc_t)least;
	mode.c_cc[VTIME] = (cc_t)tenths;
	must("tcsetattr", tcsetattr(tty, TCSANOW, &mode));
	return read(tty, bytes, sizeof(bytes));
}

static long read_three(void)
{
	return read_with(3, 0);
}

static long read_within_a_time(void)
{
	return read_with(0, 50);
}

static long read_until_a_pause(void)
{
	return read_with(5, 2);
}

static long read_nothing(void)
{
	return read_with(0, 1);
}

static const struct {
	const char *what;
	void (*take)(void), (*let_go)(void);
	long (*wait)(void);
} calls[] = {
    {"barrier", NULL, meet, wait_at_barrier},
    {"write lock", take_write_lock, give_rwlock, lock_for_writing},
    {"read lock", take_write_lock, give_rwlock, lock_for_reading},
    {"mutex", take_mutex, give_mutex, lock_mutex},
    {"condition", NULL, signal_condition, wait_for_condition},
    {"semaphore", NULL, post, wait_for_semaphore},
    {"futex with bits", NULL, wake_word, wait_for_word},
    {"full backlog", NULL, accept_two, connect_twice},
    {"three bytes", NULL, type_three, read_three},
    {"bytes within a time", NULL, type_two, read_within_a_time},
    {"bytes until a pause", NULL, type_two, read_until_a_pause},
    {"no bytes for a time", NULL, NULL, read_nothing},
};

#define HOW_MANY ((int)(sizeof(calls) / sizeof(calls[0])))

/* In the order of the calls. */
static int answer_all(void *unused)
{
	(void)unused;
	for (int i = 0; i < HOW_MANY; i++) {
		while (shared->asked <= i)
			msleep(1);
		if (calls[i].take)
			calls[i].take();
		shared->is_taken = i + 1;
		msleep(LATE);
		if (calls[i].let_go)
			calls[i].let_go();
	}
	return 0;
}

static void make_objects(void)
{
	pthread_barrierattr_t barrier;
	pthread_rwlockattr_t rwlock;
	pthread_condattr_t condition;
	pthread_mutexattr_t mutex;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->barrier, &barrier, 2);
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&shared->rwlock, &rwlock);
	pthread_condattr_init(&condition);
	pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->condition, &condition);
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &mutex);
	sem_init(&shared->semaphore, 1, 0);
	listener = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	umask(0);
	must("bind", bind(listener, (struct sockaddr *)&address, sizeof(address)));
	must("listen", listen(listener, 0));
	master = must("posix_openpt", posix_openpt(O_RDWR | O_NOCTTY));
	must("grantpt", grantpt(master));
	must("unlockpt", unlockpt(master));
	tty = must("open", open(ptsname(master), O_RDWR | O_NOCTTY));
}

static sem_t limited;

/* Once no more threads are to be had. */
static void *make_all(void *unused)
{
	int before;

	while (sem_wait(&limited) != 0)
		;
	for (int i = 0; i < HOW_MANY; i++) {
		before = turns;
		shared->asked = i + 1;
		while (shared->is_taken <= i)
			msleep(1);
		say(calls[i].what, calls[i].wait());
		say_whether("the others went on", turns - before > 0);
	}
	return unused;
}

int main(void)
{
	pid_t partner;
	pthread_t waits;

	alarm(55);
	sem_init(&limited, 0, 0);
	make_objects();
	partner = start_child(answer_all, NULL);
	pthread_detach(start(take_turns, NULL));
	waits = start(make_all, NULL);
	give_up_threads();
	sem_post(&limited);
	join(waits);
	end_child(partner);
	take_privileges_back();
	return 0;
}
