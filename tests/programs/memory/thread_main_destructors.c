/* threads */
/* What runs, and in which order, when threads and the main thread end: destructors of keys and of variables, atexit. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <semaphore.h>

#define KEYS 40 /* more than libc keeps in the thread's descriptor */

/* libc's, by which C++ has the destructors of thread_local variables called. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *module);
extern void *__dso_handle;

static pthread_key_t keys[KEYS];
static int again[KEYS]; /* how often the destructor of each sets its key anew */
static pthread_t main_thread, last_thread;
static sem_t gate;
static int sets_other;

static void line(const char *text)
{
	write_at_once(STDOUT_FILENO, text, strlen(text));
}

static const char *who(void)
{
	pthread_t me = pthread_self();

	return pthread_equal(me, main_thread) ? "main" : pthread_equal(me, last_thread) ? "last" : "other";
}

static void destroy_value(void *value)
{
	int i = (int)(size_t)value - 1;
	char text[64];

	snprintf(text, sizeof(text), "%s: key %d\n", who(), i);
	line(text);
	if (again[i]-- > 0)
		pthread_setspecific(keys[i], value);
	if (sets_other && i == 2) {
		sets_other = 0;
		pthread_setspecific(keys[1], (void *)(size_t)2);
	}
}

static void destroy_variable(void *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s: variable of %s\n", who(), (char *)name);
	line(text);
}

static void at_exit(void)
{
	char text[64];

	snprintf(text, sizeof(text), "%s: atexit\n", who());
	line(text);
}

static void clean_up(void *unused)
{
	(void)unused;
	line("clean-up handler\n");
}

static void set(int i, int times)
{
	again[i] = times;
	must("setspecific", -pthread_setspecific(keys[i], (void *)(size_t)(i + 1)));
}

/* Keys on both sides of any that somebody else makes when the main thread ends. */
static void prepare(const char *name)
{
	main_thread = pthread_self();
	sem_init(&gate, 0, 0);
	atexit(at_exit);
	__cxa_thread_atexit_impl(destroy_variable, (void *)name, &__dso_handle);
	for (int i = 0; i < KEYS; i++)
		must("key", -pthread_key_create(&keys[i], destroy_value));
	must("delete", -pthread_key_delete(keys[3]));
	set(0, 1);
	set(1, 9);
	set(2, 0);
	set(20, 0);
	set(KEYS - 1, 2);
}

static void *end_at_once(void *exits)
{
	last_thread = pthread_self();
	__cxa_thread_atexit_impl(destroy_variable, "a thread", &__dso_handle);
	set(0, 9);
	set(2, 0);
	set(KEYS - 1, 0);
	sets_other = 1;
	if (exits)
		pthread_exit(NULL);
	return NULL;
}

static char state_of_process(void)
{
	FILE *status = fopen("/proc/self/stat", "r");
	char state = 0;

	must("stat", status && fscanf(status, "%*d (%*[^)]) %c", &state) == 1 ? 0 : -1);
	fclose(status);
	return state;
}

/*
 * From glibc 2.43 on the main thread can be joined before it has looked whether it is the last one. It has where its
 * kernel thread has ended; a greenlet has when it can be joined, and its kernel thread goes on.
 */
static void until_main_has_looked(void)
{
	for (int i = 0; i < 200 && state_of_process() != 'Z'; i++)
		msleep(1);
}

static void *end_after_main(void *unused)
{
	last_thread = pthread_self();
	__cxa_thread_atexit_impl(destroy_variable, "the last thread", &__dso_handle);
	must("join", -pthread_join(main_thread, NULL));
	until_main_has_looked();
	line("main has ended\n");
	return unused;
}

static void *fork_after_main(void *unused)
{
	pid_t child;
	pthread_t thread;

	must("join", -pthread_join(main_thread, NULL));
	child = must("fork", fork());
	if (child == 0) {
		must("create", -pthread_create(&thread, NULL, end_at_once, NULL));
		must("join", -pthread_join(thread, NULL));
		line("the child goes on\n");
		return unused;
	}
	end_child(child);
	fflush(stdout);
	return unused;
}

static void *end_early(void *unused)
{
	sem_post(&gate);
	return unused;
}

static void *call_exit(void *unused)
{
	last_thread = pthread_self();
	__cxa_thread_atexit_impl(destroy_variable, "the exiting thread", &__dso_handle);
	set(0, 0);
	exit(3);
	return unused;
}

static int exit_main(void *(*other)(void *))
{
	pthread_t thread;

	pthread_cleanup_push(clean_up, NULL);
	if (other)
		must("create", -pthread_create(&thread, NULL, other, NULL));
	pthread_exit(NULL);
	pthread_cleanup_pop(0);
	return 1;
}

static int returns(void *unused)
{
	pthread_t thread;

	(void)unused;
	prepare("main");
	for (long i = 0; i < 2; i++) {
		must("create", -pthread_create(&thread, NULL, end_at_once, (void *)i));
		must("join", -pthread_join(thread, NULL));
	}
	exit(5);
}

static int exits_alone(void *unused)
{
	(void)unused;
	prepare("main");
	return exit_main(NULL);
}

static int exits_after_others(void *unused)
{
	pthread_t thread;

	(void)unused;
	prepare("main");
	must("create", -pthread_create(&thread, NULL, end_early, NULL));
	sem_wait(&gate);
	must("join", -pthread_join(thread, NULL));
	return exit_main(NULL);
}

static int exits_before_another(void *unused)
{
	(void)unused;
	prepare("main");
	return exit_main(end_after_main);
}

static int exits_before_a_fork(void *unused)
{
	(void)unused;
	prepare("main");
	return exit_main(fork_after_main);
}

static int exits_in_thread(void *unused)
{
	pthread_t thread;

	(void)unused;
	prepare("main");
	must("create", -pthread_create(&thread, NULL, call_exit, NULL));
	return pthread_join(thread, NULL);
}

int main(void)
{
	int (*const ways[])(void *) = {
	    returns, exits_alone, exits_after_others, exits_before_another, exits_before_a_fork, exits_in_thread};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		printf("-- way %zu\n", i);
		end_child(start_child(ways[i], NULL));
	}
	return 0;
}
