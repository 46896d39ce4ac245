/* threads */
/* What is asked and said of a thread: its name, its stack, signals to it alone. */
#include "tests/programs/say.h"
#include <pthread.h>

static pthread_t target;
static volatile sig_atomic_t hits, in_target;

static void hit(int signo)
{
	(void)signo;
	hits++;
	in_target = pthread_equal(pthread_self(), target) != 0;
}

static void *sleep_long(void *unused)
{
	say_whether("slept to the end", sleep(5) == 0);
	return unused;
}

static void *read_byte(void *fd)
{
	char byte;

	say("read", read(*(int *)fd, &byte, 1));
	return NULL;
}

static void start(void *(*run)(void *), void *arg)
{
	must("pthread_create", -pthread_create(&target, NULL, run, arg));
	msleep(50);
}

/* Until its call has ended by it: a signal may come before. */
static void interrupt_and_join(void)
{
	int error;

	do {
		pthread_kill(target, SIGUSR1);
		msleep(20);
		error = pthread_tryjoin_np(target, NULL);
	} while (error == EBUSY);
	say_error("join", error);
}

static void say_stack(void)
{
	pthread_attr_t attributes;
	size_t size;
	void *low;

	say_error("getattr_np", pthread_getattr_np(target, &attributes));
	pthread_attr_getstack(&attributes, &low, &size);
	say_whether("has a stack", low && size >= 500000);
	pthread_attr_destroy(&attributes);
}

static void say_name(void)
{
	char name[16];

	say_error("setname_np", pthread_setname_np(target, "worker"));
	say_error("too long", pthread_setname_np(target, "sixteen letters!"));
	say_error("no room", pthread_getname_np(target, name, 3));
	say_error("getname_np", pthread_getname_np(target, name, sizeof(name)));
	printf("name: %s\n", name);
}

int main(void)
{
	struct sigaction action = {.sa_handler = hit};
	int ends[2];

	must("pipe", pipe(ends));
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	action.sa_flags = SA_RESTART;
	must("sigaction", sigaction(SIGUSR2, &action, NULL));
	start(sleep_long, NULL);
	say_error("kill with nothing", pthread_kill(target, 0));
	interrupt_and_join();
	say_whether("in the target", in_target);
	hits = 0;
	start(read_byte, &ends[0]);
	say_error("kill", pthread_kill(target, SIGUSR2));
	while (!hits)
		msleep(1);
	say("hits", hits);
	say_error("no such signal", pthread_kill(target, 1000));
	say_name();
	say_stack();
	interrupt_and_join();
	return 0;
}
