/* threads */
/* What is written to a thread's comm in proc(5) names it; each write is a name. */
#include "tests/programs/threads.h"
#include <semaphore.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { DESCRIPTORS = 256 };

static sem_t told, gate;
static pid_t id;
static char its_comm[64], own_name[16];

static void say_name(const char *what, const char *name)
{
	printf("%s: '%s'\n", what, name);
}

/* By the thread itself, by another, by its file. */
static void *tell_own_name(void *unused)
{
	id = gettid();
	sem_post(&told);
	for (;;) {
		sem_wait(&gate);
		prctl(PR_GET_NAME, own_name);
		if (!strcmp(own_name, "enough"))
			break;
		sem_post(&told);
	}
	return unused;
}

static void *name_it_by_call(void *unused)
{
	say_error("by a call", pthread_setname_np(pthread_self(), "of the child"));
	return unused;
}

static void say_names(pthread_t thread)
{
	char text[64] = "", name[16] = "";
	int fd = must("open", open(its_comm, O_RDONLY));

	pthread_getname_np(thread, name, sizeof(name));
	say_name("by another", name);
	say_bytes("by its file", read(fd, text, sizeof(text)), text);
	close(fd);
	sem_post(&gate);
	sem_wait(&told);
	say_name("by itself", own_name);
}

static void write_by_calls(pthread_t thread)
{
	struct iovec parts[] = {{"in ", 3}, {"parts", 5}};
	int fd = must("open", open(its_comm, O_WRONLY | O_TRUNC | O_CLOEXEC)), twin;

	say_whether("close-on-exec", fcntl(fd, F_GETFD) & FD_CLOEXEC);
	say("write", write(fd, "first", 5));
	say_names(thread);
	say("again", write(fd, "second", 6));
	say_names(thread);
	say("long", write(fd, "longer than a name may be", 25));
	say_names(thread);
	say("none", write(fd, "", 0));
	twin = must("dup", dup(fd));
	close(fd);
	say("by a duplicate", write(twin, "the third", 9));
	say_names(thread);
	pthread_setname_np(thread, "by a call");
	say_names(thread);
	say("one", write(twin, "one", 3));
	say("two", syscall(SYS_write, twin, "two", 3));
	close(twin);
	say_names(thread);
	fd = must("open", open(its_comm, O_WRONLY));
	say("writev", writev(fd, parts, 1));
	say("after it was read", write(fd, "last", 4));
	say_names(thread);
	close(fd);
}

static void write_by_streams(pthread_t thread)
{
	char line[32] = "";
	FILE *file = fopen(its_comm, "w");

	must("fopen", file ? 0 : -1);
	fputs("of a stream", file);
	say("fclose", fclose(file));
	say_names(thread);
	file = fopen(its_comm, "r+");
	must("fopen", file ? 0 : -1);
	say_name("line", fgets(line, sizeof(line), file) ? line : "none");
	fclose(file);
}

/* The descriptor outlives the thread. */
static void write_too_late(pthread_t thread)
{
	int fd = must("open", open(its_comm, O_WRONLY));

	say("write", write(fd, "enough", 6));
	sem_post(&gate);
	join(thread);
	close(fd);
	say_name("its last", own_name);
}

/* A socket of the child with a byte to be read has every free number; the parent's file had one of them. */
static void say_what_child_keeps(void)
{
	int ends[2], n;
	char byte = '?';

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	must("write", write(ends[1], "!", 1));
	for (n = 3; n < DESCRIPTORS; n++) {
		if (fcntl(n, F_GETFD) < 0)
			dup2(ends[0], n);
	}
	join(start(name_it_by_call, NULL));
	say_bytes("in the child", recv(ends[0], &byte, 1, MSG_DONTWAIT), &byte);
}

static void fork_while_open(void)
{
	int fd = must("open", open(its_comm, O_WRONLY)), status;
	pid_t child = must("fork", fork());

	if (child == 0) {
		say_what_child_keeps();
		exit(0);
	}
	must("waitpid", waitpid(child, &status, 0));
	say("the child", status);
	close(fd);
}

static void *name_oneself(void *unused)
{
	int fd = must("open", open("/proc/thread-self/comm", O_WRONLY));
	char name[16];

	say("oneself", write(fd, "myself", 6));
	prctl(PR_GET_NAME, name);
	say_name("is", name);
	prctl(PR_SET_NAME, "by prctl");
	prctl(PR_GET_NAME, name);
	say_name("is", name);
	close(fd);
	return unused;
}

/* A new thread has the name of its creator. */
static void *say_inherited(void *unused)
{
	char name[16];

	prctl(PR_GET_NAME, name);
	say_name("inherited", name);
	return unused;
}

static void *name_oneself_and_create(void *unused)
{
	int fd = must("open", open("/proc/thread-self/comm", O_WRONLY));

	say("write", write(fd, "creator", 7));
	close(fd);
	join(start(say_inherited, NULL));
	return unused;
}

int main(void)
{
	pthread_t thread;
	char own[16];

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &(struct rlimit){DESCRIPTORS, DESCRIPTORS}));
	must("sem_init", sem_init(&told, 0, 0) | sem_init(&gate, 0, 0));
	prctl(PR_SET_NAME, "the main one");
	thread = start(tell_own_name, NULL);
	sem_wait(&told);
	snprintf(its_comm, sizeof(its_comm), "/proc/self/task/%d/comm", id);
	say("access", access(its_comm, W_OK));
	write_by_calls(thread);
	write_by_streams(thread);
	fork_while_open();
	write_too_late(thread);
	join(start(name_oneself, NULL));
	join(start(name_oneself_and_create, NULL));
	prctl(PR_GET_NAME, own);
	say_name("the main thread's", own);
	return 0;
}
