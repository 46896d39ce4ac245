/* Forks while another thread looks functions up by dlvsym(): the child can look them up, too. */
#include "tests/programs/say.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS 300

static atomic_bool is_over;
static atomic_uint lookups;

/* No matter whether there is a function of this version: to look for it takes the same locks. */
static void look_up(void)
{
	dlvsym(RTLD_DEFAULT, "read", "GLIBC_2.2.5");
	dlvsym(RTLD_DEFAULT, "write", "GLIBC_2.17");
}

static void *look_up_all_the_time(void *unused)
{
	while (!is_over) {
		look_up();
		lookups++;
	}
	return unused;
}

/* True where the child has ended by itself; a signal ends one that waits for a lock for ever. */
static bool child_looks_up(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		alarm(20);
		look_up();
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void)
{
	pthread_t thread;
	int i, right = 0;

	must("pthread_create", -pthread_create(&thread, NULL, look_up_all_the_time, NULL));
	while (!lookups)
		usleep(100);
	for (i = 0; i < FORKS && right == i; i++)
		right += child_looks_up();
	is_over = true;
	pthread_join(thread, NULL);
	printf("children that have looked them up: %d of %d\n", right, FORKS);
	return 0;
}
