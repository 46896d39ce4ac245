/* threads */
/* What a thread is given by its attributes or inherits: signal mask, policy and priority, processors. */
#include "tests/programs/threads.h"
#include <sched.h>

static void *say_mask(void *unused)
{
	sigset_t mask;

	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	printf("blocked:");
	for (int signo = 1; signo < 32; signo++)
		if (sigismember(&mask, signo))
			printf(" %s", sigabbrev_np(signo));
	puts("");
	return unused;
}

static volatile sig_atomic_t hits;

static void on_signal(int signo)
{
	hits += signo == SIGUSR2;
}

static void *raise_some(void *unused)
{
	raise(SIGUSR2);
	say("hits while blocked", hits);
	return say_mask(unused);
}

static void make(const char *what, const pthread_attr_t *attributes, void *(*run)(void *))
{
	pthread_t thread;
	int error = pthread_create(&thread, attributes, run, NULL);

	if (error)
		say_error(what, error);
	else
		pthread_join(thread, NULL);
}

static void give_masks(void)
{
	pthread_attr_t attributes;
	sigset_t mask, own;

	signal(SIGUSR2, on_signal);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	sigemptyset(&own);
	sigaddset(&own, SIGHUP);
	pthread_sigmask(SIG_SETMASK, &own, NULL);
	pthread_attr_init(&attributes);
	make("create", &attributes, say_mask);
	say_error("setsigmask", pthread_attr_setsigmask_np(&attributes, &mask));
	make("create", &attributes, raise_some);
	say("hits afterwards", hits);
	sigfillset(&mask);
	say_error("all", pthread_attr_setsigmask_np(&attributes, &mask));
	make("create", &attributes, say_mask);
	sigemptyset(&mask);
	say_error("none", pthread_attr_setsigmask_np(&attributes, &mask));
	make("create", &attributes, say_mask);
	say_error("unset", pthread_attr_setsigmask_np(&attributes, NULL));
	make("create", &attributes, say_mask);
	pthread_attr_destroy(&attributes);
	say_mask(NULL);
}

static void *say_policy(void *unused)
{
	struct sched_param param;
	int policy;

	say_error("getschedparam", pthread_getschedparam(pthread_self(), &policy, &param));
	printf("policy %d, priority %d\n", policy, param.sched_priority);
	return unused;
}

static void ask_for(const char *what, int policy, int later_policy, int priority)
{
	const struct sched_param param = {priority};
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	say_error(what, pthread_attr_setschedpolicy(&attributes, policy));
	say_error("priority", pthread_attr_setschedparam(&attributes, &param));
	say_error("policy", pthread_attr_setschedpolicy(&attributes, later_policy));
	make("create", &attributes, say_policy);
	pthread_attr_destroy(&attributes);
}

static void *change_policy(void *unused)
{
	static const int policies[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE, 77, -1};

	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		printf("to %d: ", policies[i]);
		say_error("0", pthread_setschedparam(pthread_self(), policies[i], &(struct sched_param){0}));
		say_error("3", pthread_setschedparam(pthread_self(), policies[i], &(struct sched_param){3}));
		say("raw", sched_setscheduler(0, policies[i], &(struct sched_param){3}));
	}
	say_error("FIFO, none", pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){0}));
	say_error("FIFO, high", pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){100}));
	say_error("setschedprio", pthread_setschedprio(pthread_self(), 1));
	return unused;
}

static void give_policies(void)
{
	ask_for("batch", SCHED_BATCH, SCHED_BATCH, 0);
	ask_for("a priority of another policy", SCHED_FIFO, SCHED_OTHER, 3);
	ask_for("no priority of this policy", SCHED_OTHER, SCHED_RR, 0);
	make("create", NULL, change_policy);
}

static cpu_set_t all, one;

static void *say_processors(void *unused)
{
	pthread_attr_t attributes;
	cpu_set_t told, now;

	say_error("getattr", pthread_getattr_np(pthread_self(), &attributes));
	say_error("of the attributes", pthread_attr_getaffinity_np(&attributes, sizeof(told), &told));
	say_error("now", pthread_getaffinity_np(pthread_self(), sizeof(now), &now));
	say_whether("the same", CPU_EQUAL(&told, &now));
	say_whether("all", CPU_EQUAL(&told, &all));
	say_whether("one", CPU_EQUAL(&told, &one));
	pthread_attr_destroy(&attributes);
	return unused;
}

static void *restrict_and_start(void *unused)
{
	say_error("setaffinity", pthread_setaffinity_np(pthread_self(), sizeof(one), &one));
	say_processors(NULL);
	make("create", NULL, say_processors);
	return unused;
}

static void give_processors(void)
{
	int cpu = 0;

	say_error("all", pthread_getaffinity_np(pthread_self(), sizeof(all), &all));
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_SET(cpu, &one);
	if (CPU_EQUAL(&one, &all)) /* of one processor: what is printed is to be the same all the same */
		CPU_ZERO(&all);
	make("create", NULL, say_processors);
	make("create", NULL, restrict_and_start);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	give_masks();
	give_policies();
	give_processors();
	return 0;
}
