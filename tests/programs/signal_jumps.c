/* threads */
/*
 * Jumps out of handlers that have interrupted a wait, of every kind and in every way. After each, the same objects are
 * used by other threads: nobody is woken in the place of who is gone.
 */
#include "threads.h"
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <ucontext.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore, go_on;
static unsigned word;
static int ends[2], others[2];
static _Atomic int is_ringing;
static volatile pthread_t rung;

enum { BY_LONGJMP, BY_BARE_JUMP, BY_SIGLONGJMP, BY_CONTEXT, WAYS };
static const char *const names[] = {"longjmp", "_longjmp", "siglongjmp", "setcontext"};
static volatile int way;
static jmp_buf place;
static sigjmp_buf place_with_mask;
static ucontext_t context;

static void change(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void jump(int signo)
{
	(void)signo;
	switch (way) {
	case BY_LONGJMP:
		longjmp(place, 1);
	case BY_BARE_JUMP:
		_longjmp(place, 1);
	case BY_SIGLONGJMP:
		siglongjmp(place_with_mask, 1);
	default:
		setcontext(&context);
	}
}

/* What is left of the wait on the stack is overwritten. */
static __attribute__((noinline)) void overwrite_stack(void)
{
	volatile char bytes[16384];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)0xa5;
}

/* Rings once for each time that it is asked, at somebody who waits by then or soon. */
static void *ring(void *unused)
{
	while (is_ringing) {
		while (sem_wait(&go_on) != 0)
			;
		msleep(8);
		if (is_ringing)
			must("pthread_kill", -pthread_kill(rung, SIGUSR1));
	}
	return unused;
}

static void ask_to_ring(void)
{
	rung = pthread_self();
	must("sem_post", sem_post(&go_on));
}

static void wait_once(void (*wait)(void))
{
	ask_to_ring();
	wait();
	printf("not reached\n");
}

/* setjmp must be called in a frame that lives on. */
static void jump_out(void (*wait)(void))
{
	static volatile bool is_back;

	is_back = false;
	if (way == BY_SIGLONGJMP) {
		if (sigsetjmp(place_with_mask, 1) == 0)
			wait_once(wait);
	} else if (way == BY_CONTEXT) {
		must("getcontext", getcontext(&context));
		if (!is_back) {
			is_back = true;
			wait_once(wait);
		}
	} else if (_setjmp(place) == 0) {
		wait_once(wait);
	}
	change(SIG_UNBLOCK);
	overwrite_stack();
}

static void for_mutex(void)
{
	pthread_mutex_lock(&mutex);
}

static void for_reading(void)
{
	pthread_rwlock_rdlock(&rwlock);
}

static void for_writing(void)
{
	pthread_rwlock_wrlock(&rwlock);
}

static void for_post(void)
{
	sem_wait(&semaphore);
}

static void for_word(void)
{
	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void for_byte(void)
{
	char byte;

	(void)!read(ends[0], &byte, 1);
}

static void for_any(void)
{
	struct pollfd both[] = {{ends[0], POLLIN, 0}, {others[0], POLLIN, 0}};

	poll(both, 2, -1);
}

static void for_priority(void)
{
	struct pollfd both[] = {{ends[0], POLLIN | POLLPRI, 0}, {others[0], POLLPRI, 0}};

	poll(both, 2, -1);
}

static void by_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	FD_SET(others[0], &set);
	select((ends[0] > others[0] ? ends[0] : others[0]) + 1, &set, NULL, NULL, NULL);
}

static void for_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigwaitinfo(&set, NULL);
}

static void for_handler(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigsuspend(&none);
}

static void to_pass(void)
{
	struct timespec long_time = {1000, 0};

	nanosleep(&long_time, NULL);
}

/* Which of two threads has come as far as this: both, if nobody stands in their way who is gone. */
static _Atomic int through;

static void *lock_and_unlock(void *unused)
{
	pthread_mutex_lock(&mutex);
	through++;
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void *read_and_write(void *unused)
{
	pthread_rwlock_rdlock(&rwlock);
	through++;
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_wrlock(&rwlock);
	through++;
	pthread_rwlock_unlock(&rwlock);
	return unused;
}

static void *take_post(void *unused)
{
	while (sem_wait(&semaphore) != 0)
		;
	through++;
	return unused;
}

static void *wait_at_word(void *unused)
{
	while (syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) != 0 && errno == EINTR)
		;
	through++;
	return unused;
}

static void *wait_for_cond(void *is_over)
{
	pthread_mutex_lock(&mutex);
	while (!*(volatile bool *)is_over)
		pthread_cond_wait(&cond, &mutex);
	through++;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void *read_byte(void *unused)
{
	char byte;

	while (read(ends[0], &byte, 1) != 1)
		;
	through++;
	return unused;
}

static void two(const char *what, void *(*run)(void *), void *arg, void (*begin)(void))
{
	pthread_t first, second;

	through = 0;
	first = start(run, arg);
	second = start(run, arg);
	msleep(5);
	begin();
	join(first);
	join(second);
	printf("%s by %s: %d\n", what, names[way], through);
}

static void unlock(void)
{
	must("pthread_mutex_unlock", -pthread_mutex_unlock(&mutex));
}

static void unlock_rwlock(void)
{
	must("pthread_rwlock_unlock", -pthread_rwlock_unlock(&rwlock));
}

static void post(void)
{
	must("sem_post", sem_post(&semaphore));
	must("sem_post", sem_post(&semaphore));
}

static void wake(void)
{
	int woken = 0;

	while (woken < 2)
		woken += must("futex", syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
}

static void write_bytes(void)
{
	must("write", write(ends[1], "xy", 2));
}

static void *hold(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_rwlock_wrlock(&rwlock);
	while (sem_wait(&semaphore) != 0)
		;
	unlock();
	unlock_rwlock();
	return unused;
}

static void out_of_locks(void)
{
	pthread_t holder = start(hold, NULL);

	while (pthread_mutex_trylock(&mutex) == 0) {
		unlock();
		msleep(1);
	}
	jump_out(for_mutex);
	jump_out(for_reading);
	jump_out(for_writing);
	must("sem_post", sem_post(&semaphore));
	join(holder);
	pthread_mutex_lock(&mutex);
	two("mutex", lock_and_unlock, NULL, unlock);
	pthread_rwlock_init(&rwlock, NULL); /* libc's own counts who is gone */
	pthread_rwlock_wrlock(&rwlock);
	two("rwlock", read_and_write, NULL, unlock_rwlock);
}

static bool is_over;

static void signal_cond(void)
{
	pthread_mutex_lock(&mutex);
	is_over = true;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
}

static void for_cond(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&cond, &mutex);
}

static void out_of_waits(void)
{
	jump_out(for_post);
	jump_out(for_post);
	two("semaphore", take_post, NULL, post);
	jump_out(for_word);
	two("futex", wait_at_word, NULL, wake);
	if (way != BY_CONTEXT) {
		jump_out(for_cond);
		unlock(); /* a jump out of this wait brings it back */
	}
	is_over = false;
	pthread_cond_init(&cond, NULL); /* as libc's, too */
	two("cond", wait_for_cond, &is_over, signal_cond);
	jump_out(for_byte);
	jump_out(for_any);
	jump_out(for_priority);
	jump_out(by_select);
	two("pipe", read_byte, NULL, write_bytes);
	jump_out(for_signal);
	jump_out(for_handler);
	jump_out(to_pass);
}

static bool is_blocked(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, signo);
}

static void *run_ways(void *unused)
{
	for (way = 0; way < WAYS; way++) {
		out_of_locks();
		out_of_waits();
		printf("%s: %s\n", names[way], is_blocked(SIGUSR1) ? "blocked" : "open");
	}
	return unused;
}

int main(void)
{
	struct sigaction action = {.sa_handler = jump, .sa_flags = SA_RESTART};
	pthread_t ringer;

	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("sem_init", sem_init(&semaphore, 0, 0));
	must("sem_init", sem_init(&go_on, 0, 0));
	must("pipe", pipe(ends));
	must("pipe", pipe(others));
	is_ringing = 1;
	ringer = start(ring, NULL);
	run_ways(NULL);
	join(start(run_ways, NULL));
	is_ringing = 0;
	sem_post(&go_on);
	join(ringer);
	return 0;
}
