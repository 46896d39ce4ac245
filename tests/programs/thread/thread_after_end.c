/* threads */
/*
 * What the calls on a thread say once it has ended, and once it was joined. By POSIX a joined thread is none, and what
 * these calls do is undefined: up to 2.42, glibc knows that it was joined; newer ones may release it twice, so they are
 * not asked.
 */
#include "tests/programs/threads.h"
#include <gnu/libc-version.h>
#include <sched.h>

static bool knows_joined(void)
{
	int major = 0, minor = 0;

	sscanf(gnu_get_libc_version(), "%d.%d", &major, &minor);
	return major == 2 && minor < 43;
}

static void *end(void *result)
{
	return result;
}

static pthread_t start_and_see_ended(void)
{
	pthread_t thread = start(end, NULL);
	struct sched_param param;
	int policy;

	while (pthread_getschedparam(thread, &policy, &param) == 0)
		msleep(1);
	return thread;
}

static void ask_of_scheduling(pthread_t thread)
{
	struct sched_param param = {0};
	clockid_t clock;
	int policy;

	say_error("getschedparam", pthread_getschedparam(thread, &policy, &param));
	say_error("setschedparam", pthread_setschedparam(thread, SCHED_OTHER, &(struct sched_param){0}));
	say_error("setschedparam, no priority", pthread_setschedparam(thread, SCHED_OTHER, &(struct sched_param){7}));
	say_error("setschedprio", pthread_setschedprio(thread, 0));
	say_error("setschedprio, none", pthread_setschedprio(thread, 1000));
	say_error("getcpuclockid", pthread_getcpuclockid(thread, &clock));
}

static void ask_of_name(pthread_t thread)
{
	char name[32];

	say_error("setname", pthread_setname_np(thread, "a"));
	say_error("setname, too long", pthread_setname_np(thread, "sixteen letters!"));
	say_error("getname", pthread_getname_np(thread, name, sizeof(name)));
	say_error("getname, no room", pthread_getname_np(thread, name, 15));
}

static void signal_it(pthread_t thread)
{
	say_error("kill, none", pthread_kill(thread, 0));
	say_error("kill", pthread_kill(thread, SIGUSR1));
	say_error("kill, no signal", pthread_kill(thread, 1000));
	say_error("kill, libc's own", pthread_kill(thread, 32));
	say_error("sigqueue", pthread_sigqueue(thread, SIGUSR1, (union sigval){0}));
	say_error("sigqueue, libc own", pthread_sigqueue(thread, 32, (union sigval){0}));
	say_error("cancel", pthread_cancel(thread));
}

static void ask_of_processors(pthread_t thread)
{
	cpu_set_t own, its;

	say_error("own", pthread_getaffinity_np(pthread_self(), sizeof(own), &own));
	say_error("getaffinity", pthread_getaffinity_np(thread, sizeof(its), &its));
	say_whether("the caller's", CPU_EQUAL(&own, &its));
	say_error("setaffinity", pthread_setaffinity_np(thread, sizeof(own), &own));
}

static void ask_as_if_not_joined(pthread_t thread)
{
	cpu_set_t own;

	pthread_getaffinity_np(pthread_self(), sizeof(own), &own);
	say_error("getaffinity", pthread_getaffinity_np(thread, sizeof(own), &own));
	say_error("setaffinity", pthread_setaffinity_np(thread, sizeof(own), &own));
	say_error("tryjoin", pthread_tryjoin_np(thread, NULL));
	say_error("timedjoin", pthread_timedjoin_np(thread, NULL, &(struct timespec){0}));
	say_error("join", pthread_join(thread, NULL));
	say_error("detach", pthread_detach(thread));
}

static void ended_then_joined(void)
{
	pthread_t thread = start_and_see_ended();
	pthread_attr_t attributes;
	int state;

	puts("ended:");
	ask_of_scheduling(thread);
	ask_of_name(thread);
	signal_it(thread);
	ask_of_processors(thread);
	say_error("getattr", pthread_getattr_np(thread, &attributes));
	pthread_attr_getdetachstate(&attributes, &state);
	say_whether("joinable", state == PTHREAD_CREATE_JOINABLE);
	pthread_attr_destroy(&attributes);
	say_error("tryjoin", pthread_tryjoin_np(thread, NULL));
	puts("joined:");
	ask_of_scheduling(thread);
	ask_of_name(thread);
	signal_it(thread);
	if (knows_joined())
		ask_as_if_not_joined(thread);
	join(start(end, NULL));
}

static void ended_then_detached(void)
{
	pthread_t thread = start_and_see_ended();

	say_error("detach what has ended", pthread_detach(thread));
}

static pthread_t main_thread;
static pthread_t waiting;

static void *join_main(void *unused)
{
	say_error("join main", pthread_join(main_thread, NULL));
	return unused;
}

/* The process sleeps once its main thread waits, and the one that waits for this child. */
static int see_parent_asleep(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	return 0;
}

static void *try_what_main_joins(void *unused)
{
	end_child(start_child(see_parent_asleep, NULL));
	say_error("detach what another joins", pthread_detach(waiting));
	say_error("main has not ended", pthread_tryjoin_np(main_thread, NULL));
	return unused;
}

static void join_each_other(void)
{
	main_thread = pthread_self();
	waiting = start(try_what_main_joins, NULL);
	say_error("join", pthread_join(waiting, NULL));
}

/* POSIX has it answer 0. Up to 2.42, glibc hands the kernel an id of 0, and has an error from there. */
static void say_sent(const char *what, int error, int error_of_id_0)
{
	say_error(what, error == error_of_id_0 ? 0 : error);
}

static void signal_main(void)
{
	say_sent("kill, none", pthread_kill(main_thread, 0), EINVAL);
	say_sent("kill", pthread_kill(main_thread, SIGUSR1), EINVAL);
	say_error("kill, no signal", pthread_kill(main_thread, 1000));
	say_error("kill, libc's own", pthread_kill(main_thread, 32));
	say_sent("sigqueue", pthread_sigqueue(main_thread, SIGUSR1, (union sigval){0}), ESRCH);
	say_error("cancel", pthread_cancel(main_thread));
}

/* The main thread ends before the others. */
static void *ask_main_once_ended(void *unused)
{
	struct sched_param param;
	int policy;

	while (pthread_getschedparam(main_thread, &policy, &param) == 0)
		msleep(1);
	puts("main:");
	ask_of_scheduling(main_thread);
	signal_main();
	join_main(NULL);
	exit(0);
	return unused;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	ended_then_joined();
	ended_then_detached();
	join_each_other();
	start(ask_main_once_ended, NULL);
	pthread_exit(NULL);
}
