/* threads */
/*
 * Real-time priorities, on one processor, which needs the right to both. A call that makes a thread ready whose
 * priority is higher than the caller's does not return before that thread has run; one that makes a lower one ready
 * does. And what a change of its priority does to a thread that waits.
 */
#include "priorities.h"
#include <mqueue.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <threads.h>

#define OWN    50
#define HIGHER 60
#define LOWER  40

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, inheriting;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once;
static mtx_t c11_mutex;
static cnd_t c11_condition;
static sem_t semaphore;
static uint32_t word;
static int counter, ends[2], sockets[2];
static mqd_t queue;
static pthread_t waiter;

static void set_priority(pthread_t thread, int priority)
{
	must("setschedprio", -pthread_setschedprio(thread, priority));
}

static pthread_t start_with(int priority, void *(*run)(void *), const char *name)
{
	struct sched_param param = {.sched_priority = priority};
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
	pthread_attr_setschedparam(&attributes, &param);
	must("create", -pthread_create(&thread, &attributes, run, (void *)name));
	pthread_attr_destroy(&attributes);
	return thread;
}

/* What a thread waits for, each in a function of its own, and how the others let it go on. */
static void lock_mutex(void)
{
	pthread_mutex_lock(&mutex);
}

static void unlock_mutex(void)
{
	pthread_mutex_unlock(&mutex);
}

static void lock_and_unlock_mutex(void)
{
	lock_mutex();
	unlock_mutex();
}

static void lock_inheriting(void)
{
	pthread_mutex_lock(&inheriting);
}

static void unlock_inheriting(void)
{
	pthread_mutex_unlock(&inheriting);
}

static void lock_and_unlock_inheriting(void)
{
	lock_inheriting();
	unlock_inheriting();
}

static void write_lock(void)
{
	pthread_rwlock_wrlock(&rwlock);
}

static void unlock_rwlock(void)
{
	pthread_rwlock_unlock(&rwlock);
}

static void write_lock_and_unlock(void)
{
	write_lock();
	unlock_rwlock();
}

static void read_lock_and_unlock(void)
{
	pthread_rwlock_rdlock(&rwlock);
	unlock_rwlock();
}

static void wait_for_condition(void)
{
	lock_mutex();
	pthread_cond_wait(&condition, &mutex);
	unlock_mutex();
}

static void signal_condition(void)
{
	pthread_cond_signal(&condition);
}

static void broadcast_condition(void)
{
	pthread_cond_broadcast(&condition);
}

/* The waiter has to wait for the mutex once more. */
static void signal_with_mutex(void)
{
	lock_mutex();
	signal_condition();
	note("s");
	unlock_mutex();
}

static void lock_c11(void)
{
	mtx_lock(&c11_mutex);
}

static void unlock_c11(void)
{
	mtx_unlock(&c11_mutex);
}

static void wait_c11(void)
{
	lock_c11();
	cnd_wait(&c11_condition, &c11_mutex);
	unlock_c11();
}

static void signal_c11(void)
{
	cnd_signal(&c11_condition);
}

static void lock_and_unlock_c11(void)
{
	lock_c11();
	unlock_c11();
}

static void wait_for_semaphore(void)
{
	while (sem_wait(&semaphore) != 0)
		;
}

static void post(void)
{
	sem_post(&semaphore);
}

static void wait_at_barrier(void)
{
	pthread_barrier_wait(&barrier);
}

static void wait_for_word(void)
{
	syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
}

static void wake_word(void)
{
	syscall(SYS_futex, &word, 1 /* FUTEX_WAKE */, 1, NULL, NULL, 0);
}

static void lock_stream(void)
{
	flockfile(stderr);
}

static void unlock_stream(void)
{
	funlockfile(stderr);
}

static void lock_and_unlock_stream(void)
{
	lock_stream();
	unlock_stream();
}

static void read_pipe(void)
{
	char byte;

	must("read", read(ends[0], &byte, 1));
}

static void write_pipe(void)
{
	must("write", write(ends[1], "x", 1));
}

static void make_pipe(void)
{
	must("pipe", pipe(ends));
}

static void close_write_end(void)
{
	close(ends[1]);
}

static void close_read_end(void)
{
	close(ends[0]);
}

static void fill_pipe(void)
{
	static const char bytes[4096];

	make_pipe();
	set_nonblocking(ends[1], true);
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		;
	set_nonblocking(ends[1], false);
}

/* There is room once a whole page has gone. */
static void read_page(void)
{
	char bytes[4096];

	must("read", read_enough(ends[0], bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : -1);
}

static void close_pipe(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void receive(void)
{
	char byte;

	must("recv", recv(sockets[0], &byte, 1, 0));
}

static void send_byte(void)
{
	must("send", send(sockets[1], "x", 1, 0));
}

static void send_nonblocking(void)
{
	set_nonblocking(sockets[1], true);
	must("write", write(sockets[1], "x", 1));
	set_nonblocking(sockets[1], false);
}

static void shut_down(void)
{
	must("shutdown", shutdown(sockets[1], SHUT_WR));
}

static void read_counter(void)
{
	eventfd_t value;

	must("eventfd_read", eventfd_read(counter, &value));
}

static void write_counter(void)
{
	must("eventfd_write", eventfd_write(counter, 1));
}

static void receive_message(void)
{
	char bytes[16];

	must("mq_receive", mq_receive(queue, bytes, sizeof(bytes), NULL));
}

static void send_message(void)
{
	must("mq_send", mq_send(queue, "x", 1, 0));
}

static void wait_for_signal(void)
{
	sigset_t set;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwait(&set, &signo);
}

static void kill_process(void)
{
	must("kill", kill(getpid(), SIGUSR1));
}

static void queue_signal(void)
{
	must("sigqueue", sigqueue(getpid(), SIGUSR1, (union sigval){0}));
}

static void kill_thread(void)
{
	must("pthread_kill", -pthread_kill(waiter, SIGUSR1));
}

static void raise_waiter(void)
{
	set_priority(waiter, HIGHER);
}

/* A thread of this priority waits; then another lets it go on, which notes when that call begins and when it returns.
 */
struct scene {
	const char *what;
	void (*prepare)(void), (*wait)(void), (*let_go)(void), (*clean_up)(void);
};

static void *run_waiter(void *arg)
{
	const struct scene *scene = arg;

	scene->wait();
	note("w");
	return NULL;
}

static void play(const struct scene *scene, int priority)
{
	if (scene->prepare)
		scene->prepare();
	waiter = start_with(priority, run_waiter, (const char *)scene);
	msleep(20);
	note("(");
	scene->let_go();
	note(")");
	join(waiter);
	if (scene->clean_up)
		scene->clean_up();
	printf("%s, ", priority == HIGHER ? "higher" : "lower");
	say_order(scene->what);
}

static const struct scene scenes[] = {
    {"mutex", lock_mutex, lock_and_unlock_mutex, unlock_mutex, NULL},
    {"mutex that inherits", lock_inheriting, lock_and_unlock_inheriting, unlock_inheriting, NULL},
    {"write lock", write_lock, write_lock_and_unlock, unlock_rwlock, NULL},
    {"read lock", write_lock, read_lock_and_unlock, unlock_rwlock, NULL},
    {"signal", NULL, wait_for_condition, signal_condition, NULL},
    {"broadcast", NULL, wait_for_condition, broadcast_condition, NULL},
    {"signal with the mutex", NULL, wait_for_condition, signal_with_mutex, NULL},
    {"mtx_unlock", lock_c11, lock_and_unlock_c11, unlock_c11, NULL},
    {"cnd_signal", NULL, wait_c11, signal_c11, NULL},
    {"semaphore", NULL, wait_for_semaphore, post, NULL},
    {"barrier", NULL, wait_at_barrier, wait_at_barrier, NULL},
    {"futex", NULL, wait_for_word, wake_word, NULL},
    {"stream", lock_stream, lock_and_unlock_stream, unlock_stream, NULL},
    {"pipe", make_pipe, read_pipe, write_pipe, close_pipe},
    {"end of a pipe", make_pipe, read_pipe, close_write_end, close_read_end},
    {"room in a pipe", fill_pipe, write_pipe, read_page, close_pipe},
    {"socket", NULL, receive, send_byte, NULL},
    {"write without blocking", NULL, receive, send_nonblocking, NULL},
    {"eventfd", NULL, read_counter, write_counter, NULL},
    {"message", NULL, receive_message, send_message, NULL},
    {"kill", NULL, wait_for_signal, kill_process, NULL},
    {"sigqueue", NULL, wait_for_signal, queue_signal, NULL},
    {"pthread_kill", NULL, wait_for_signal, kill_thread, NULL},
    {"shutdown", NULL, receive, shut_down, NULL},
};

static void play_all(int priority)
{
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		play(&scenes[i], priority);
	close(sockets[0]);
	close(sockets[1]);
}

static void *only_note(void *name)
{
	note(name);
	return NULL;
}

static void note_end(void *name)
{
	note(name);
}

static void *sleep_until_cancelled(void *name)
{
	pthread_cleanup_push(note_end, name);
	pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void create(void)
{
	note("(");
	waiter = start_with(HIGHER, only_note, "w");
	note(")");
	join(waiter);
	say_order("pthread_create");
}

static void change(void)
{
	waiter = start_with(LOWER, only_note, "w");
	note("(");
	raise_waiter();
	note(")");
	join(waiter);
	say_order("raised");

	waiter = start_with(LOWER, only_note, "w");
	note("(");
	must("be", -be(LOWER - 1));
	note(")");
	must("be", -be(OWN));
	join(waiter);
	say_order("the caller lowered");
}

static void cancel(void)
{
	waiter = start_with(HIGHER, sleep_until_cancelled, "w");
	msleep(20);
	note("(");
	pthread_cancel(waiter);
	note(")");
	join(waiter);
	say_order("pthread_cancel");
}

static void *wait_for_once(void *name)
{
	pthread_once(&once, unlock_mutex); /* that is being run */
	note(name);
	return NULL;
}

static void run_long(void)
{
	waiter = start_with(HIGHER, wait_for_once, "w");
	note("r");
}

static void once_is_done(void)
{
	note("(");
	pthread_once(&once, run_long);
	note(")");
	join(waiter);
	say_order("pthread_once");
}

static void (*wait_of_all)(void);
static pthread_mutex_t *lock_of_all;

/* Three wait; then the first and lowest becomes the highest, and the last and highest the lowest. */
static void *wait_as(void *name)
{
	wait_of_all();
	note(name);
	return NULL;
}

static void *lock_as(void *name)
{
	pthread_mutex_lock(lock_of_all);
	note(name);
	pthread_mutex_unlock(lock_of_all);
	return NULL;
}

static void change_waiters(const char *what, void *(*run)(void *), void (*let_go)(void), int times)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		threads[i] = start_with(HIGHER + i, run, &"abc"[i]);
	msleep(20);
	set_priority(threads[0], HIGHER + 5);
	set_priority(threads[2], HIGHER - 5);
	while (times--) {
		let_go();
		note(".");
	}
	for (int i = 0; i < 3; i++)
		join(threads[i]);
	say_order(what);
}

/* Only what inherits priorities goes by the new one. */
static void change_at_locks(void)
{
	lock_of_all = &mutex;
	lock_mutex();
	change_waiters("changed at a mutex", lock_as, unlock_mutex, 1);
	lock_of_all = &inheriting;
	lock_inheriting();
	change_waiters("changed at one that inherits", lock_as, unlock_inheriting, 1);
}

static void change_at_others(void)
{
	wait_of_all = wait_for_semaphore;
	change_waiters("changed at a semaphore", wait_as, post, 3);
	wait_of_all = wait_for_condition;
	change_waiters("changed at a condition", wait_as, signal_condition, 3);
	change_waiters("changed, all woken", wait_as, broadcast_condition, 1);
	wait_of_all = read_pipe;
	make_pipe();
	change_waiters("changed at a pipe", wait_as, write_pipe, 3);
	close_pipe();
}

static void *run_all(void *unused)
{
	must("be", -be(OWN));
	play_all(HIGHER);
	play_all(LOWER);
	create();
	change();
	cancel();
	once_is_done();
	once = PTHREAD_ONCE_INIT;
	change_at_locks();
	change_at_others();
	must("be", -be(0));
	return unused;
}

static void make_objects(void)
{
	struct mq_attr small = {.mq_maxmsg = 4, .mq_msgsize = 16};
	pthread_mutexattr_t attributes;
	char name[32];
	sigset_t set;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inheriting, &attributes);
	pthread_barrier_init(&barrier, NULL, 2);
	sem_init(&semaphore, 0, 0);
	mtx_init(&c11_mutex, mtx_plain);
	cnd_init(&c11_condition);
	counter = must("eventfd", eventfd(0, 0));
	snprintf(name, sizeof(name), "/preempts-%d", getpid());
	queue = must("mq_open", mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &small));
	mq_unlink(name);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int main(void)
{
	if (!priorities_are_granted())
		return 0;
	keep_to_one_processor();
	make_objects();
	run_all(NULL);
	join(start(run_all, NULL));
	return 0;
}
