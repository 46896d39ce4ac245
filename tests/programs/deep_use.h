/* What a program does with a module that finds libc, or a libc of its own, before anybody else. */
#ifndef DEEP_USE_H
#define DEEP_USE_H

#include "tests/programs/library/deep.h"
#include "threads.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>

const char *whose(void);

const char *whose(void)
{
	return "the program's";
}

static const struct deep *deep;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static int flag, ends[2];
static atomic_int is_held, let_go;

static void load(const char *name, void *(*open)(const char *path))
{
	char program[PATH_MAX] = "", path[2 * PATH_MAX];
	void *module;

	must("readlink", readlink("/proc/self/exe", program, sizeof(program) - 1));
	*strrchr(program, '/') = '\0';
	snprintf(path, sizeof(path), "%s/library/%s", program, name);
	module = open(path);
	deep = module ? dlsym(module, "deep") : NULL;
	if (!deep) {
		puts(dlerror());
		exit(1);
	}
}

static void *hold(void *unused)
{
	pthread_mutex_lock(&mutex);
	is_held = 1;
	while (!let_go)
		msleep(1);
	is_held = 0;
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void *lock_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)(deep->lock(&mutex) == 0 && !is_held);
}

static void *wait_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)(deep->wait_for(&cond, &mutex, &flag) == 0);
}

static void *take_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)(deep->take(&semaphore) == 0);
}

static void *read_in_module(void *line)
{
	return (void *)(long)deep->read_line(ends[0], line, 16);
}

static void *select_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)deep->select_one(ends[0]);
}

static void *poll_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)deep->poll_one(ends[0]);
}

static void *thread_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)deep->in_thread();
}

/* One waits, and what it waits for is brought by this thread a little later. */
static void use_locks(void)
{
	pthread_t holder, waiter;

	let_go = 0;
	holder = start(hold, NULL);
	while (!is_held)
		msleep(1);
	waiter = start(lock_in_module, NULL);
	msleep(30);
	let_go = 1;
	say("lock", (long)join(waiter));
	join(holder);
	waiter = start(wait_in_module, NULL);
	msleep(20);
	pthread_mutex_lock(&mutex);
	flag = 1;
	pthread_mutex_unlock(&mutex);
	pthread_cond_signal(&cond);
	say("wait", (long)join(waiter));
	waiter = start(take_in_module, NULL);
	msleep(20);
	sem_post(&semaphore);
	say("take", (long)join(waiter));
	flag = 0;
}

static void use_descriptor(const char *what, void *(*run)(void *))
{
	char line[16] = "";
	pthread_t waiter = start(run, line);

	msleep(20);
	must("write", write(ends[1], "a", 1));
	say(what, (long)join(waiter));
	if (!*line)
		must("read", read(ends[0], line, sizeof(line)));
	say_bytes("it", 1, line);
}

static void prepare(void)
{
	must("pipe", pipe(ends));
	must("sem_init", sem_init(&semaphore, 0, 0));
}

static void use(void)
{
	double since = now();

	printf("whose: %s\n", deep->whose());
	use_locks();
	use_descriptor("read", read_in_module);
	use_descriptor("select", select_in_module);
	use_descriptor("poll", poll_in_module);
	say("rest", deep->rest());
	say_waited("rest", since, 20);
	say("thread", (long)join(start(thread_in_module, NULL)));
}

#endif
