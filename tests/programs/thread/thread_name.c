/* threads */
/* The name of a thread: by prctl and by libc's functions it is one, inherited from the creator as it was then. */
#include "tests/programs/threads.h"
#include <pthread.h>
#include <semaphore.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static sem_t named, told;

static void say_name_of(const char *what, pthread_t thread)
{
	char name[16] = "none";

	if (pthread_getname_np(thread, name, sizeof(name)) != 0)
		puts("getname failed");
	printf("%s: '%s'\n", what, name);
}

static void say_own_name(const char *what)
{
	char name[16] = "none", raw[16] = "none";

	say(what, prctl(PR_GET_NAME, name));
	syscall(SYS_prctl, PR_GET_NAME, raw);
	printf("%s: '%s' '%s'\n", what, name, raw);
	say_name_of(what, pthread_self());
}

static void *inherit(void *unused)
{
	say_own_name("inherited");
	return unused;
}

static void *name_oneself(void *unused)
{
	say_own_name("as main was");
	say("set", prctl(PR_SET_NAME, "fred"));
	say_own_name("own");
	sem_post(&named);
	sem_wait(&told);
	say_own_name("given by main");
	say("set longer", prctl(PR_SET_NAME, "0123456789012345678"));
	say_own_name("what counts");
	say("set raw", syscall(SYS_prctl, PR_SET_NAME, "raw"));
	say_own_name("raw");
	join(start(inherit, NULL));
	say("set nothing", prctl(PR_SET_NAME, ""));
	say_own_name("empty");
	join(start(inherit, NULL));
	say("nowhere to read", prctl(PR_SET_NAME, 8));
	say("nowhere to write", prctl(PR_GET_NAME, 8));
	return unused;
}

static void *keep_old_name(void *unused)
{
	sem_wait(&told);
	say_own_name("main's old one");
	return unused;
}

static void rename_main(void)
{
	pthread_t thread;

	say("set", prctl(PR_SET_NAME, "old"));
	thread = start(keep_old_name, NULL);
	say("set", prctl(PR_SET_NAME, "new"));
	sem_post(&told);
	join(thread);
	thread = start(keep_old_name, NULL);
	say_error("set", pthread_setname_np(pthread_self(), "newer"));
	sem_post(&told);
	join(thread);
	say_own_name("main");
}

int main(void)
{
	pthread_t thread;

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&named, 0, 0) | sem_init(&told, 0, 0));
	say("set", prctl(PR_SET_NAME, "main"));
	thread = start(name_oneself, NULL);
	sem_wait(&named);
	say_name_of("by another", thread);
	say_own_name("main");
	say_error("set by another", pthread_setname_np(thread, "jim"));
	sem_post(&told);
	join(thread);
	rename_main();
	say("another option", prctl(PR_GET_DUMPABLE));
	return 0;
}
