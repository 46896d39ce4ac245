/* threads */
/* What pthread_create is asked for by attributes: a stack, given or of a size, guards, scheduling, processors. */
#include "tests/programs/say.h"
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { SIZE = 256 * 1024 };

static bool is_within(const void *address, const char *low, size_t size)
{
	return (const char *)address >= low && (const char *)address < low + size;
}

static pthread_attr_t new_attributes(void)
{
	pthread_attr_t attributes;

	say_error("attr_init", pthread_attr_init(&attributes));
	return attributes;
}

static void run(const char *what, pthread_attr_t *attributes, void *(*task)(void *), void *arg)
{
	pthread_t thread;
	int error;

	puts(what);
	error = pthread_create(&thread, attributes, task, arg);
	if (!error)
		say_error("join", pthread_join(thread, NULL));
	say_error("create", error);
	if (attributes)
		pthread_attr_destroy(attributes);
}

struct bounds {
	char *low;
	size_t size, guard;
};

static struct bounds own_bounds(void)
{
	pthread_attr_t attributes;
	struct bounds bounds;
	void *low;

	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstack(&attributes, &low, &bounds.size);
	pthread_attr_getguardsize(&attributes, &bounds.guard);
	pthread_attr_destroy(&attributes);
	bounds.low = low;
	return bounds;
}

static void *look_at_stack(void *given)
{
	struct bounds bounds = own_bounds();
	int local = 0;

	say_whether("on its stack", is_within(&local, bounds.low, bounds.size));
	if (given) {
		say_whether("which is the given one", bounds.low == (char *)given);
		say("size", (long)bounds.size);
	}
	return NULL;
}

static void give_stacks(void)
{
	char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attributes = new_attributes();

	say_error("setstack", pthread_attr_setstack(&attributes, memory, SIZE));
	run("given", &attributes, look_at_stack, memory);
	say("give back", munmap(memory, SIZE));
}

/* Recursion would do, but for what the compiler makes of it. */
static void *use(void *size)
{
	volatile char *bytes = __builtin_alloca((size_t)size);
	size_t i;

	for (i = 0; i < (size_t)size; i += 1024)
		bytes[i] = 1;
	return NULL;
}

static void *say_size(void *expected)
{
	say_whether("size as asked for", own_bounds().size == (size_t)expected);
	return NULL;
}

static void *say_guard(void *unused)
{
	say("guard", (long)own_bounds().guard);
	return unused;
}

/* By the guard that was asked for a thread cannot reach what lies below. */
static void *reach_guard(void *size)
{
	struct bounds bounds = own_bounds();
	int ends[2];

	must("pipe", pipe(ends));
	say_whether("top is readable", write(ends[1], bounds.low + bounds.size - 64, 1) == 1);
	say("write from the guard", write(ends[1], bounds.low - (size_t)size, 1));
	close(ends[0]);
	close(ends[1]);
	return NULL;
}

static void ask_for_sizes(void)
{
	pthread_attr_t attributes = new_attributes();
	struct rlimit limit;
	bool has_room;

	say_error("size 0", pthread_attr_setstacksize(&attributes, 0));
	say_error("size too small", pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN - 1));
	say_error("stack too small", pthread_attr_setstack(&attributes, &limit, (size_t)PTHREAD_STACK_MIN - 1));
	say_error("size least", pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN));
	run("least", &attributes, say_size, (void *)(long)PTHREAD_STACK_MIN);
	attributes = new_attributes();
	say_error("size", pthread_attr_setstacksize(&attributes, SIZE));
	run("some", &attributes, say_size, (void *)SIZE);
	must("getrlimit", getrlimit(RLIMIT_STACK, &limit));
	has_room = limit.rlim_cur >= 8 << 20 && limit.rlim_cur != RLIM_INFINITY; /* without a limit it is 2 MiB */
	run("usual", NULL, use, (void *)(has_room ? 6l << 20 : 1l << 20));
	if (limit.rlim_cur != RLIM_INFINITY)
		run("size of the usual", NULL, say_size, (void *)limit.rlim_cur);
	attributes = new_attributes();
	say_error("absurd size", pthread_attr_setstacksize(&attributes, (size_t)1 << 50));
	run("absurd", &attributes, use, (void *)1);
}

static void ask_for_guards(void)
{
	pthread_attr_t attributes = new_attributes();

	say_error("setguardsize", pthread_attr_setguardsize(&attributes, 0));
	run("no guard", &attributes, say_guard, NULL);
	attributes = new_attributes();
	say_error("setguardsize", pthread_attr_setguardsize(&attributes, 8192));
	run("guard", &attributes, say_guard, NULL);
	attributes = new_attributes();
	say_error("setguardsize", pthread_attr_setguardsize(&attributes, 1 << 20));
	run("wide guard", &attributes, reach_guard, (void *)(1 << 19));
	run("no wide guard", NULL, say_guard, NULL);
}

static void *say_scheduling(void *unused)
{
	struct sched_param param;
	int policy;

	say_error("getschedparam", pthread_getschedparam(pthread_self(), &policy, &param));
	say("policy", policy);
	say("priority", param.sched_priority);
	return unused;
}

static void *set_and_inherit(void *unused)
{
	const struct sched_param least = {0};

	say_error("setschedparam", pthread_setschedparam(pthread_self(), SCHED_BATCH, &least));
	run("inherited", NULL, say_scheduling, NULL);
	say_error("setschedprio", pthread_setschedprio(pthread_self(), 5));
	say_error("unknown policy", pthread_setschedparam(pthread_self(), 77, &least));
	return unused;
}

static void ask_for_scheduling(void)
{
	pthread_attr_t attributes = new_attributes();
	struct sched_param param = {0};

	run("as main", NULL, say_scheduling, NULL);
	say_error("inheritsched", pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED));
	say_error("policy", pthread_attr_setschedpolicy(&attributes, SCHED_OTHER));
	say_error("param", pthread_attr_setschedparam(&attributes, &param));
	run("explicit", &attributes, say_scheduling, NULL);
	attributes = new_attributes();
	say_error("ignored policy", pthread_attr_setschedpolicy(&attributes, SCHED_RR));
	run("not explicit", &attributes, say_scheduling, NULL);
	run("batch", NULL, set_and_inherit, NULL);
	attributes = new_attributes();
	param.sched_priority = 1000;
	say_error("absurd priority", pthread_attr_setschedparam(&attributes, &param));
	say_error("absurd policy", pthread_attr_setschedpolicy(&attributes, 77));
	say_error("scope", pthread_attr_setscope(&attributes, PTHREAD_SCOPE_PROCESS));
	pthread_attr_destroy(&attributes);
}

static void *say_processors(void *wanted)
{
	cpu_set_t found;

	say_error("getaffinity", pthread_getaffinity_np(pthread_self(), sizeof(found), &found));
	say_whether("as wanted", CPU_EQUAL(&found, (cpu_set_t *)wanted));
	CPU_ZERO(&found);
	say_error("none", pthread_setaffinity_np(pthread_self(), sizeof(found), &found));
	return NULL;
}

static void ask_for_processors(void)
{
	pthread_attr_t attributes = new_attributes();
	cpu_set_t all, one, none;
	int cpu = 0;

	sched_getaffinity(0, sizeof(all), &all);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&none);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	run("all", NULL, say_processors, &all);
	say_error("setaffinity", pthread_attr_setaffinity_np(&attributes, sizeof(one), &one));
	run("one", &attributes, say_processors, &one);
	attributes = new_attributes();
	say_error("setaffinity", pthread_attr_setaffinity_np(&attributes, sizeof(none), &none));
	run("none", &attributes, say_processors, &none);
}

/* Of a size that no stack has that was used before, nor a quarter of one's: libc itself gives such again. */
static void set_default(void)
{
	pthread_attr_t attributes = new_attributes();

	say_error("setstacksize", pthread_attr_setstacksize(&attributes, SIZE / 2 * 3));
	say_error("setattr_default", pthread_setattr_default_np(&attributes));
	pthread_attr_destroy(&attributes);
	run("default", NULL, say_size, (void *)(SIZE / 2 * 3));
}

int main(void)
{
	give_stacks();
	ask_for_sizes();
	ask_for_guards();
	ask_for_scheduling();
	ask_for_processors();
	set_default();
	say_error("setconcurrency", pthread_setconcurrency(3));
	say("getconcurrency", pthread_getconcurrency());
	say_error("negative concurrency", pthread_setconcurrency(-1));
	return 0;
}
