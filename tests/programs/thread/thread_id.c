/* threads */
/* Thread ids: each thread has one of its own, for as long as it lives, and what takes one finds the thread. */
#include "tests/programs/say.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { THREADS = 8, LIVING_IDS = 1 << 22 };

static pthread_barrier_t barrier;
static pid_t ids[THREADS + 1];
static __thread int got;
static __thread pid_t own_id;
static int got_by;

static void note_own_id(int place)
{
	pid_t id = gettid();

	ids[place] = id;
	if (syscall(SYS_gettid) != id)
		puts("the raw call says otherwise");
	sched_yield();
	if (gettid() != id)
		puts("it changes");
}

static void *live(void *place)
{
	note_own_id((int)(long)place);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static bool are_distinct(void)
{
	for (int i = 0; i <= THREADS; i++)
		for (int j = 0; j < i; j++)
			if (ids[i] == ids[j])
				return false;
	return true;
}

static void on_signal(int signo)
{
	got += signo == SIGUSR1;
	got_by = own_id;
}

static void *take_signal(void *place)
{
	own_id = gettid();
	ids[(long)place] = own_id;
	pthread_barrier_wait(&barrier);
	while (!got)
		usleep(1000);
	return NULL;
}

static void signal_one(int (*send)(pid_t id))
{
	pthread_t thread;

	signal(SIGUSR1, on_signal);
	pthread_barrier_init(&barrier, NULL, 2);
	must("create", -pthread_create(&thread, NULL, take_signal, (void *)1));
	pthread_barrier_wait(&barrier);
	say("send", send(ids[1]));
	pthread_join(thread, NULL);
	say_whether("got by the right one", got_by == ids[1]);
	say_whether("and by no other", !got);
}

static int by_tgkill(pid_t id)
{
	return tgkill(getpid(), id, SIGUSR1);
}

static int by_raw_tgkill(pid_t id)
{
	return (int)syscall(SYS_tgkill, getpid(), id, SIGUSR1);
}

static int by_raw_tkill(pid_t id)
{
	return (int)syscall(SYS_tkill, id, SIGUSR1);
}

static void *schedule_oneself(void *unused)
{
	const struct sched_param least = {0}, wrong = {7};
	struct sched_param found = {9};
	cpu_set_t all, one, now;
	int cpu = 0;

	say("set policy", sched_setscheduler(gettid(), SCHED_BATCH, &least));
	say("policy", sched_getscheduler(0));
	say("wrong priority", sched_setparam(gettid(), &wrong));
	say("param", sched_getparam(gettid(), &found));
	say("priority", found.sched_priority);
	say("set nice", setpriority(PRIO_PROCESS, (id_t)gettid(), 7));
	say("nice", getpriority(PRIO_PROCESS, 0));
	say("nicer", nice(3));
	say("raw", syscall(SYS_getpriority, PRIO_PROCESS, gettid()) > 0);
	say("affinity", sched_getaffinity(gettid(), sizeof(all), &all));
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	say("set one", sched_setaffinity(gettid(), sizeof(one), &one));
	say("affinity", sched_getaffinity(0, sizeof(now), &now));
	say_whether("the one", CPU_EQUAL(&one, &now));
	say("set all", sched_setaffinity(0, sizeof(all), &all));
	say("raw", syscall(SYS_sched_getaffinity, gettid(), sizeof(now), &now) > 0);
	return unused;
}

static void *fork_off(void *unused)
{
	pid_t child = fork();

	if (!child)
		_exit(gettid() == getpid() ? 0 : 1);
	end_child(child);
	return unused;
}

static void run(void *(*task)(void *))
{
	pthread_t thread;

	must("create", -pthread_create(&thread, NULL, task, NULL));
	pthread_join(thread, NULL);
}

static void *tell_id(void *id)
{
	*(pid_t *)id = gettid();
	return NULL;
}

/* Its end may come a little after it is joined. */
static void say_ended(pid_t id)
{
	double start = now();

	while (tgkill(getpid(), id, 0) == 0 && now() - start < 5)
		msleep(1);
	say("one that has ended", tgkill(getpid(), id, 0));
}

/* An id is not given anew at once: who keeps a book by id would take a new thread for the old one. */
static void one_after_another(void)
{
	for (int i = 0; i <= THREADS; i++) {
		pthread_t thread;

		must("create", -pthread_create(&thread, NULL, tell_id, &ids[i]));
		pthread_join(thread, NULL);
	}
	say_whether("one after another, distinct", are_distinct());
	say_ended(ids[0]);
}

static void *ask_to_have_it_cleared(void *word)
{
	say_whether("answers the id", syscall(SYS_set_tid_address, word) == gettid());
	return NULL;
}

/*
 * libc asks the kernel in the same way to clear a word of its own, and waits for that to join a thread: in vain for
 * this one. From glibc 2.43 on pthread_detach() joins a thread that is about to exit, so this one is detached from its
 * start.
 */
static void end_with_a_word(void)
{
	static volatile int word = 1;
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	must("create", -pthread_create(&thread, &detached, ask_to_have_it_cleared, (void *)&word));
	pthread_attr_destroy(&detached);
	while (word)
		syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
	puts("cleared at its end");
}

int main(void)
{
	pthread_t threads[THREADS];
	int before = getpriority(PRIO_PROCESS, 0);

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (long i = 0; i < THREADS; i++)
		must("create", -pthread_create(&threads[i], NULL, live, (void *)i));
	ids[THREADS] = gettid();
	pthread_barrier_wait(&barrier);
	say_whether("main's is the process's", gettid() == getpid());
	say_whether("distinct", are_distinct());
	say("signal 0", tgkill(getpid(), ids[0], 0));
	say("of another process", tgkill(getppid(), ids[0], 0));
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say("nobody's", tgkill(getpid(), LIVING_IDS + (1 << 28), 0));
	signal_one(by_tgkill);
	signal_one(by_raw_tgkill);
	signal_one(by_raw_tkill);
	one_after_another();
	run(schedule_oneself);
	say_whether(
	    "main is as before", getpriority(PRIO_PROCESS, 0) == before && sched_getscheduler(0) == SCHED_OTHER);
	run(fork_off);
	end_with_a_word();
	return 0;
}
