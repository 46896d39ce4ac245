/* threads and helpers */
/* Robust mutexes in shared memory that a thread of another process has, not its main one, when the process ends. */
#include "tests/programs/shared_mutex.h"
#include "tests/programs/threads.h"
#include <semaphore.h>
#include <sys/mman.h>

static struct shared {
	pthread_mutex_t mutex, another;
	sem_t taken, go;
} * shared;

static void *take_both(void *unused)
{
	pthread_mutex_lock(&shared->mutex);
	pthread_mutex_lock(&shared->another);
	sem_post(&shared->taken);
	return unused;
}

static void *take_both_and_wait(void *unused)
{
	take_both(NULL);
	pause();
	return unused;
}

static int stay(void *unused)
{
	(void)unused;
	signal(SIGALRM, SIG_DFL); /* start_child()'s */
	join(start(take_both_and_wait, NULL));
	return 1;
}

static int leave_when_told(void *unused)
{
	(void)unused;
	start(take_both_and_wait, NULL);
	sem_wait(&shared->go);
	return 0;
}

/* The thread ends, and its process goes on. */
static int go_on(void *unused)
{
	pthread_t thread = start(take_both, NULL);

	(void)unused;
	sem_wait(&shared->go);
	join(thread);
	return 0;
}

static int execute(void *unused)
{
	(void)unused;
	start(take_both_and_wait, NULL);
	sem_wait(&shared->go);
	execl("/bin/sleep", "sleep", "0", (char *)NULL);
	return 1;
}

static void repair(const char *what, pthread_mutex_t *mutex, int answer)
{
	say_error(what, answer);
	say_error("consistent", pthread_mutex_consistent(mutex));
	say_error("unlock", pthread_mutex_unlock(mutex));
	say_error("once more", pthread_mutex_lock(mutex));
	say_error("unlock", pthread_mutex_unlock(mutex));
}

static void *wait_for_one(void *unused)
{
	struct timespec at = {.tv_sec = time(NULL) + 60};

	repair("timedlock by a thread", &shared->another, pthread_mutex_timedlock(&shared->another, &at));
	return unused;
}

/* One of the two is waited for by then. */
static void *end_it(void *child)
{
	msleep(30);
	if (child)
		kill(*(pid_t *)child, SIGKILL);
	else
		sem_post(&shared->go);
	return NULL;
}

static void outlive(const char *what, int (*task)(void *), bool kills)
{
	pid_t child;
	pthread_t other, end;

	puts(what);
	child = start_child(task, NULL);
	sem_wait(&shared->taken);
	if (task != go_on)
		say_error("trylock", pthread_mutex_trylock(&shared->mutex));
	end = start(end_it, kills ? &child : NULL);
	repair("lock", &shared->mutex, pthread_mutex_lock(&shared->mutex));
	other = start(wait_for_one, NULL);
	join(other);
	join(end);
	waitpid(child, NULL, 0);
}

static void *lose(void *unused)
{
	say_error("lock", pthread_mutex_lock(&shared->mutex));
	say_error("unlock what is not repaired", pthread_mutex_unlock(&shared->mutex));
	return unused;
}

static int find_lost(void *unused)
{
	(void)unused;
	return pthread_mutex_lock(&shared->mutex) == ENOTRECOVERABLE ? 0 : 1;
}

static void lose_for_all(void)
{
	pid_t child = start_child(leave_when_told, NULL);

	puts("never repaired");
	sem_wait(&shared->taken);
	sem_post(&shared->go);
	end_child(child);
	join(start(lose, NULL));
	say_error("lock", pthread_mutex_lock(&shared->mutex));
	end_child(start_child(find_lost, NULL));
}

static void *is_not_mine(void *unused)
{
	say_error("another's", pthread_mutex_unlock(&shared->mutex));
	say_error("another's, too", pthread_mutex_trylock(&shared->mutex));
	return unused;
}

/* Of one process, with the lock in the hands of a thread. */
static void *own(void *unused)
{
	say_error("lock", pthread_mutex_lock(&shared->mutex));
	say_error("again", pthread_mutex_lock(&shared->mutex));
	say_error("again", pthread_mutex_trylock(&shared->mutex));
	join(start(is_not_mine, NULL));
	say_error("unlock", pthread_mutex_unlock(&shared->mutex));
	say_error("unlock", pthread_mutex_unlock(&shared->mutex));
	say_error("unlock", pthread_mutex_unlock(&shared->mutex));
	say_error("unlock", pthread_mutex_unlock(&shared->mutex));
	return unused;
}

static void try_all(int kind, int protocol)
{
	init_shared(&shared->mutex, kind, PTHREAD_MUTEX_ROBUST, protocol);
	init_shared(&shared->another, kind, PTHREAD_MUTEX_ROBUST, protocol);
	join(start(own, NULL));
	outlive("killed", stay, true);
	outlive("ended", leave_when_told, false);
	outlive("thread ended", go_on, false);
	outlive("executed another", execute, false);
	lose_for_all();
	say_error("destroy", pthread_mutex_destroy(&shared->another));
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	say("sem_init", sem_init(&shared->taken, 1, 0));
	say("sem_init", sem_init(&shared->go, 1, 0));
	try_all(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE);
	try_all(PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE);
	try_all(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_INHERIT);
	return 0;
}
