/* threads and helpers */
/* libc's set*id() and setgroups(), by any thread, change the credentials of every thread, be it in whatever call. */
#include "tests/programs/threads.h"
#include <dirent.h>
#include <grp.h>
#include <semaphore.h>
#include <sys/stat.h>

static char fifo[] = "/tmp/set_ids.XXXXXX";
static sem_t begun;
static volatile bool over;

/* The lines of credentials of one OS thread. */
static bool read_credentials(const char *task, char *text, size_t size)
{
	char path[64], line[4096];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/status", (int)getppid(), task);
	status = fopen(path, "r");
	if (!status)
		return false; /* it has just ended */
	*text = 0;
	while (fgets(line, sizeof(line), status))
		if (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Gid:", 4) == 0 || strncmp(line, "Groups:", 7) == 0)
			strncat(text, line, size - strlen(text) - 1);
	fclose(status);
	return true;
}

/* Whether all OS threads of the parent have the same. */
static int compare_all(void *unused)
{
	char path[64], first[8192] = "", text[8192];
	const struct dirent *entry;
	bool same = true;
	DIR *tasks;

	(void)unused;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)getppid());
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (entry->d_name[0] == '.' || !read_credentials(entry->d_name, text, sizeof(text)))
			continue;
		if (!*first)
			memcpy(first, text, sizeof(text));
		same = same && strcmp(first, text) == 0;
	}
	return *first && same ? 0 : 1;
}

/* Another process sees the OS threads that greenload has made for itself, too. */
static bool all_have_the_same(void)
{
	pid_t child = start_child(compare_all, NULL);
	int status = -1;

	must("waitpid", waitpid(child, &status, 0));
	return status == 0;
}

/* Each with what is so already, which anybody may ask for; only the groups need a privilege. */
static void call_all(void)
{
	gid_t groups[64];
	int count = must("getgroups", getgroups(64, groups));

	say("setuid", setuid(getuid()));
	say("setgid", setgid(getgid()));
	say("seteuid", seteuid(geteuid()));
	say("setegid", setegid(getegid()));
	say("setreuid", setreuid(getuid(), geteuid()));
	say("setregid", setregid(getgid(), getegid()));
	say("setresuid", setresuid(-1, geteuid(), -1));
	say("setresgid", setresgid(-1, getegid(), -1));
	say("setgroups", setgroups((size_t)count, groups));
	say("initgroups", initgroups("root", getgid()));
	say("no such user", setuid((uid_t)-1));
	say_whether("all have the same", all_have_the_same());
}

static void *call_all_in_thread(void *unused)
{
	call_all();
	return unused;
}

/* Opens for reading what nobody writes to yet. */
static void *open_fifo(void *unused)
{
	int fd;

	sem_post(&begun);
	fd = open(fifo, O_RDONLY);
	must("close", close(fd));
	return unused;
}

static void *read_pipe(void *end)
{
	char byte;

	sem_post(&begun);
	say("read", read(*(int *)end, &byte, 1));
	return NULL;
}

static void *compute(void *unused)
{
	sem_post(&begun);
	while (!over)
		;
	return unused;
}

/* What the main thread and another ask for while others wait in all ways, and one does not stop. */
static void beside_others(void *(*run)(void *), void *arg)
{
	pthread_t threads[3];
	int ends[2], i;

	must("pipe", pipe(ends));
	over = false;
	threads[0] = start(open_fifo, NULL);
	threads[1] = start(read_pipe, &ends[0]);
	threads[2] = start(compute, NULL);
	for (i = 0; i < 3; i++)
		sem_wait(&begun);
	msleep(20);
	run(arg);
	join(start(run, arg));
	over = true;
	must("write", write(ends[1], "x", 1));
	must("close", close(must("open", open(fifo, O_WRONLY))));
	for (i = 0; i < 3; i++)
		join(threads[i]);
	close(ends[0]);
	close(ends[1]);
}

static void *ask_often(void *count)
{
	for (int i = 0; i < 50; i++) {
		*(int *)count += setgid(getgid()) == 0;
		*(int *)count += setreuid(-1, geteuid()) == 0;
	}
	return NULL;
}

static void many_at_once(void)
{
	pthread_t threads[4];
	int counts[4] = {0}, i;

	for (i = 0; i < 4; i++)
		threads[i] = start(ask_often, &counts[i]);
	for (i = 0; i < 4; i++)
		join(threads[i]);
	say("at once", counts[0] + counts[1] + counts[2] + counts[3]);
}

/* Gives up what it is, where it may, and then may not ask for it any more. */
static void *drop(void *unused)
{
	uid_t before = getuid();
	bool may = geteuid() == 0;

	if (may) {
		must("setgroups", setgroups(0, NULL));
		must("setgid", setgid(65533));
		must("setuid", setuid(65534));
	}
	say_whether("has given up", !may || (getuid() == 65534 && getegid() == 65533));
	say_whether("refused", may ? setuid(before) < 0 && errno == EPERM : 1);
	say_whether("refused", may ? setgroups(0, NULL) < 0 && errno == EPERM : 1);
	say_whether("all have the same", all_have_the_same());
	return unused;
}

static int drop_beside_others(void *unused)
{
	(void)unused;
	join(start(call_all_in_thread, NULL));
	pthread_t thread = start(open_fifo, NULL);

	sem_wait(&begun);
	msleep(20);
	join(start(drop, NULL));
	must("close", close(must("open", open(fifo, O_WRONLY))));
	join(thread);
	fflush(stdout);
	return 0;
}

static void *ends_later(void *unused)
{
	msleep(50);
	return unused;
}

/* glibc 2.43 does not notice the end of a thread that was the one to fork: a join of it never returns. */
static void join_for_a_time(pthread_t thread)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 2;
	pthread_timedjoin_np(thread, NULL, &end);
}

/* In a child that a thread has forked: after the end of that thread, the others go on. */
static void *go_on(void *first)
{
	if (first)
		join_for_a_time(*(pthread_t *)first);
	for (int i = 0; i < 20; i++)
		join(start(ends_later, NULL));
	beside_others(call_all_in_thread, NULL);
	fflush(stdout);
	_exit(7);
}

static void *fork_and_end(void *unused)
{
	static pthread_t first;
	pid_t child;

	fflush(stdout);
	child = must("fork", fork());
	if (!child) {
		alarm(60);
		first = pthread_self();
		must("setgid", setgid(getgid()));
		start(go_on, &first);
		must("setuid", setuid(getuid()));
		pthread_exit(NULL);
	}
	end_child(child);
	return unused;
}

int main(void)
{
	sem_init(&begun, 0, 0);
	close(must("mkstemp", mkstemp(fifo)));
	unlink(fifo);
	must("mkfifo", mkfifo(fifo, 0666));
	must("chmod", chmod(fifo, 0666));
	join(start(call_all_in_thread, NULL));
	beside_others(call_all_in_thread, NULL);
	many_at_once();
	end_child(start_child(drop_beside_others, NULL));
	join(start(fork_and_end, NULL));
	unlink(fifo);
	return 0;
}
