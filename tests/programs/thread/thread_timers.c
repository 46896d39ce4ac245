/* threads and helpers */
/* A timer that signals one thread by its id: its signals are that thread's, whoever runs when they come. */
#include "tests/programs/threads.h"
#include <semaphore.h>
#include <sys/syscall.h>

enum { THREADS = 3, TICKS = 5 };

static __thread volatile sig_atomic_t mine;
static __thread int value;
static sem_t gate;

static void on_tick(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	mine++;
	if (info->si_code != SI_TIMER)
		value = -1;
	else if (value >= 0)
		value = info->si_value.sival_int;
}

static timer_t make_timer(clockid_t clock, pid_t id, int signo, int number)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signo, .sigev_value = {number}};
	timer_t timer = 0;

	event._sigev_un._tid = id;
	must("timer_create", timer_create(clock, &event, &timer));
	return timer;
}

static void set_timer(timer_t timer, int ms)
{
	const struct itimerspec every = {{0, ms * 1000000L}, {0, ms * 1000000L}};

	must("timer_settime", timer_settime(timer, 0, &every, NULL));
}

static void *compute(void *clock)
{
	timer_t timer = make_timer(*(clockid_t *)clock, gettid(), SIGRTMIN + 3, 7);
	double end = now() + 30;

	set_timer(timer, 5);
	while (mine < TICKS && now() < end)
		;
	timer_delete(timer);
	return (void *)(long)(mine >= TICKS ? value : 1000 + mine);
}

static void *take_ticks(void *clock)
{
	timer_t timer = make_timer(*(clockid_t *)clock, gettid(), SIGRTMIN + 3, 8);

	set_timer(timer, 5);
	while (mine < TICKS)
		pause();
	timer_delete(timer);
	return (void *)(long)value;
}

static void *await_ticks(void *clock)
{
	timer_t timer = make_timer(*(clockid_t *)clock, gettid(), SIGRTMIN + 4, 9);
	siginfo_t info;
	sigset_t set;
	int values = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 4);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	set_timer(timer, 5);
	for (int i = 0; i < TICKS; i++)
		if (sigwaitinfo(&set, &info) == SIGRTMIN + 4 && info.si_code == SI_TIMER)
			values += info.si_value.sival_int;
	timer_delete(timer);
	return (void *)(long)values;
}

static void have_each_its_ticks(const char *what, void *(*run)(void *), clockid_t clock)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		threads[i] = start(run, &clock);
	for (int i = 0; i < THREADS; i++)
		say(what, (long)join(threads[i]));
	say("main had", mine);
}

static pid_t id_of_other;

static void *tell_id_and_wait(void *unused)
{
	__atomic_store_n(&id_of_other, gettid(), __ATOMIC_SEQ_CST);
	while (!mine)
		sem_wait(&gate);
	say("the other one had", mine > 0);
	say("value", value);
	return unused;
}

static void signal_another(void)
{
	pthread_t thread = start(tell_id_and_wait, NULL);
	timer_t timer;

	while (!__atomic_load_n(&id_of_other, __ATOMIC_SEQ_CST))
		msleep(1);
	timer = make_timer(CLOCK_MONOTONIC, id_of_other, SIGRTMIN + 3, 11);
	set_timer(timer, 5);
	join(thread);
	/* There is nobody left whom it would signal. */
	msleep(30);
	must("timer_delete", timer_delete(timer));
	say("main had", mine);
}

/* While it is blocked, there is one signal, and the rest counts as overrun. */
static void *overrun(void *unused)
{
	timer_t timer = make_timer(CLOCK_MONOTONIC, gettid(), SIGRTMIN + 5, 12);
	siginfo_t info;
	sigset_t set, pending;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 5);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	set_timer(timer, 1);
	msleep(50);
	sigpending(&pending);
	say_whether("pending", sigismember(&pending, SIGRTMIN + 5));
	say("taken", sigwaitinfo(&set, &info) - SIGRTMIN);
	say_whether("has overrun", info.si_overrun > 5);
	say_whether("is told", timer_getoverrun(timer) == info.si_overrun);
	say_whether("raw", syscall(SYS_timer_getoverrun, timer) == info.si_overrun);
	msleep(20);
	say("stop", timer_settime(timer, 0, &(struct itimerspec){0}, NULL));
	say("not taken", sigtimedwait(&set, NULL, &(struct timespec){0}));
	set_timer(timer, 1);
	msleep(20);
	timer_delete(timer);
	say("nor after deletion", sigtimedwait(&set, NULL, &(struct timespec){0}));
	return unused;
}

/* For the main thread alone, by its id, though others run. */
static void *keep_busy(void *end)
{
	while (!*(volatile bool *)end)
		;
	return (void *)(long)mine;
}

static void signal_main(void)
{
	bool end = false;
	pthread_t thread = start(keep_busy, &end);
	timer_t timer = make_timer(CLOCK_MONOTONIC, getpid(), SIGRTMIN + 3, 13);

	set_timer(timer, 5);
	while (mine < TICKS)
		pause();
	end = true;
	say("the other had", (long)join(thread));
	say("value", value);
	timer_delete(timer);
}

static void *make_raw(void *unused)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN + 3, .sigev_value = {14}};
	int id;

	event._sigev_un._tid = (int)syscall(SYS_gettid);
	say("raw", syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
	set_timer((timer_t)(long)id, 5);
	while (mine < TICKS)
		pause();
	say("value", value);
	say("raw", syscall(SYS_timer_delete, id));
	say("raw", syscall(SYS_timer_delete, id));
	event._sigev_un._tid = 1 << 28;
	say("raw, nobody", syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
	say("raw, nowhere", syscall(SYS_timer_create, CLOCK_MONOTONIC, 8, &id));
	return unused;
}

/* libc has a thread of its own call the function. */
static void count(union sigval number)
{
	__atomic_fetch_add((int *)number.sival_ptr, 1, __ATOMIC_SEQ_CST);
}

static void *call_function(void *unused)
{
	int called = 0;
	struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_value = {.sival_ptr = &called}};
	timer_t timer;

	event.sigev_notify_function = count;
	must("timer_create", timer_create(CLOCK_MONOTONIC, &event, &timer));
	set_timer(timer, 5);
	while (__atomic_load_n(&called, __ATOMIC_SEQ_CST) < TICKS)
		msleep(1);
	say("delete", timer_delete(timer));
	msleep(30);
	return unused;
}

/* Nobody handles the signal: it ends the process once the thread lets it through, and waits until then. */
static void *end_by_timer(void *unused)
{
	timer_t timer = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	timer = make_timer(CLOCK_MONOTONIC, gettid(), SIGUSR2, 15);
	set_timer(timer, 1);
	msleep(20);
	sigpending(&set);
	say_whether("pending", sigismember(&set, SIGUSR2));
	fflush(stdout);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	puts("not ended");
	return unused;
}

static int end_thread_by_timer(void *unused)
{
	(void)unused;
	signal(SIGUSR2, SIG_DFL);
	pthread_join(start(end_by_timer, NULL), NULL);
	return 1;
}

static void refuse(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	timer_t timer;

	event._sigev_un._tid = 1 << 28;
	say("nobody", timer_create(CLOCK_MONOTONIC, &event, &timer));
	event._sigev_un._tid = getppid();
	say("of another process", timer_create(CLOCK_MONOTONIC, &event, &timer));
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_RESTART | SA_SIGINFO};

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&gate, 0, 0));
	action.sa_flags = SA_SIGINFO;
	must("sigaction", sigaction(SIGRTMIN + 3, &action, NULL));
	have_each_its_ticks("computing", compute, CLOCK_MONOTONIC);
	have_each_its_ticks("computing, its own time", compute, CLOCK_THREAD_CPUTIME_ID);
	have_each_its_ticks("parked", take_ticks, CLOCK_MONOTONIC);
	have_each_its_ticks("awaiting", await_ticks, CLOCK_MONOTONIC);
	signal_another();
	join(start(overrun, NULL));
	signal_main();
	join(start(make_raw, NULL));
	join(start(call_function, NULL));
	end_child(start_child(end_thread_by_timer, NULL));
	refuse();
	return 0;
}
