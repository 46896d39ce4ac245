/* threads */
/*
 * Calls that came with glibc 2.39 to 2.42, on threads and children: a libc that lacks one is asked the older way, and
 * the answers are the same.
 */
#include "tests/programs/threads.h"
#include <semaphore.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { OF_THREAD = O_EXCL };

struct sched_attr;
extern pid_t pthread_gettid_np(pthread_t thread) __attribute__((weak));
extern pid_t pidfd_getpid(int fd) __attribute__((weak));
extern int sched_getattr(pid_t id, struct sched_attr *told, unsigned size, unsigned flags) __attribute__((weak));
extern int sched_setattr(pid_t id, struct sched_attr *told, unsigned flags) __attribute__((weak));
extern int pidfd_spawn(int *fd, const char *path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) __attribute__((weak));
extern int pidfd_spawnp(int *fd, const char *file, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) __attribute__((weak));
extern char **environ;

/* As the kernel has it in all its versions. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t niceness;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static sem_t known, gate;
static pid_t id;

static void *tell_id_and_wait(void *unused)
{
	id = gettid();
	sem_post(&known);
	sem_wait(&gate);
	return unused;
}

static pid_t id_of(pthread_t thread)
{
	if (pthread_gettid_np)
		return pthread_gettid_np(thread);
	return thread == pthread_self() ? gettid() : id;
}

static long get_scheduling(pid_t of, struct scheduling *s)
{
	return sched_getattr ? sched_getattr(of, (struct sched_attr *)s, sizeof(*s), 0)
			     : syscall(SYS_sched_getattr, of, s, sizeof(*s), 0);
}

static long set_scheduling(pid_t of, struct scheduling *s, unsigned flags)
{
	return sched_setattr ? sched_setattr(of, (struct sched_attr *)s, flags)
			     : syscall(SYS_sched_setattr, of, s, flags);
}

static void ask_of_scheduling(void)
{
	struct scheduling batch = {.size = sizeof(batch), .policy = SCHED_BATCH, .niceness = 3}, s = {0};

	say("setattr", set_scheduling(id, &batch, 0));
	say("getattr", get_scheduling(id, &s));
	printf("policy %u, priority %u, nice %d\n", s.policy, s.priority, s.niceness);
	say("of the caller", get_scheduling(0, &s));
	printf("policy %u, priority %u, nice %d\n", s.policy, s.priority, s.niceness);
	say("odd flags", set_scheduling(id, &batch, 1u << 20));
	batch.size = 3;
	say("too small", set_scheduling(id, &batch, 0));
}

/* An older libc is given up: what it would answer is said. */
static pid_t pid_of(int fd, pid_t otherwise)
{
	pid_t pid = pidfd_getpid ? pidfd_getpid(fd) : (errno = ENOSYS, -1);

	return pid < 0 && errno == ENOSYS ? otherwise : pid;
}

/* What is neither a descriptor of a process nor of a thread. */
static void ask_what_is_none(int fd)
{
	say("pid of none", pid_of(-1, -1));
	say("pid of another", pid_of(fd, -1));
}

static void wait_for_end(pid_t child)
{
	int status;

	must("waitpid", waitpid(child, &status, 0));
	printf("exit status %d\n", WEXITSTATUS(status));
}

static int spawn(bool searched, int *fd, const char *name, char *const argv[], pid_t *child)
{
	int error = ENOSYS;

	*child = -1;
	if (searched ? pidfd_spawnp != NULL : pidfd_spawn != NULL)
		error = (searched ? pidfd_spawnp : pidfd_spawn)(fd, name, NULL, NULL, argv, environ);
	if (error == ENOSYS) {
		error = (searched ? posix_spawnp : posix_spawn)(child, name, NULL, NULL, argv, environ);
		*fd = error ? -1 : must("pidfd_open", pidfd_open(*child, 0));
	} else if (!error) {
		*child = pidfd_getpid ? pidfd_getpid(*fd) : -1; /* it came with them */
	}
	return error;
}

static void spawn_child(bool searched, const char *name)
{
	char *const argv[] = {"sh", "-c", "exit 7", NULL};
	pid_t child;
	int fd;

	say("spawn", spawn(searched, &fd, name, argv, &child));
	say_whether("close-on-exec", fcntl(fd, F_GETFD) == FD_CLOEXEC);
	say_whether("named", child > 0 && pid_of(fd, child) == child);
	wait_for_end(child);
	close(fd);
	say("spawn nothing", spawn(searched, &fd, "/nothing/at/all", argv, &child));
}

int main(void)
{
	pthread_t thread;
	int fd;

	must("sem_init", sem_init(&known, 0, 0) | sem_init(&gate, 0, 0));
	thread = start(tell_id_and_wait, NULL);
	sem_wait(&known);
	say_whether("its id", id_of(thread) == id && id != gettid());
	say_whether("one's own", id_of(pthread_self()) == gettid());
	ask_of_scheduling();
	fd = pidfd_open(id, OF_THREAD);
	say_whether("its descriptor", fd >= 0 && pid_of(fd, id) == id);
	close(fd);
	ask_what_is_none(STDIN_FILENO);
	spawn_child(false, "/bin/sh");
	spawn_child(true, "sh");
	sem_post(&gate);
	join(thread);
	return 0;
}
