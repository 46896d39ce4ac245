/* threads */
/* Threads in proc(5): their directories, by whatever way, and their own files. */
#include "tests/programs/threads.h"
#include <dirent.h>
#include <semaphore.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { THREADS = 40 };

static sem_t gate;
static pid_t ids[THREADS];

/* The first line of a file; numbers that differ from run to run are left out. */
static void say_line(const char *path)
{
	char line[64] = "";
	FILE *file = fopen(path, "r");

	if (!file || !fgets(line, sizeof(line), file))
		say("fopen", -1);
	else
		printf("line: %s", line);
	if (file)
		fclose(file);
}

static void say_stat(const char *path)
{
	int id = 0, parent = 0;
	char name[32] = "", state = 0;
	FILE *file = fopen(path, "r");

	if (!file || fscanf(file, "%d (%31[^)]) %c %d", &id, name, &state, &parent) != 4)
		say("stat", -1);
	else
		printf("%s %s %c %s\n", id == gettid() ? "its id" : "another id", name, state,
		    parent == getppid() ? "of the parent" : "of another");
	if (file)
		fclose(file);
}

static void say_status(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file)
		say("status", -1);
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Name:", 5) || !strncmp(line, "SigBlk:", 7) || !strncmp(line, "SigPnd:", 7))
			fputs(line, stdout);
		if (!strncmp(line, "Pid:", 4))
			say_whether("its id", atoi(line + 4) == gettid());
		if (!strncmp(line, "Tgid:", 5))
			say_whether("its process", atoi(line + 5) == getpid());
	}
	if (file)
		fclose(file);
}

static void say_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	bool has_comm = false;

	if (!directory) {
		say("opendir", -1);
		return;
	}
	while ((entry = readdir(directory)))
		has_comm |= !strcmp(entry->d_name, "comm");
	say_whether("has a file", has_comm);
	closedir(directory);
}

static void look_by(const char *format, int first, int second)
{
	char directory[64], path[96], target[64] = "";
	struct statx more;
	struct stat status;

	snprintf(directory, sizeof(directory), format, first, second);
	snprintf(path, sizeof(path), "%s/comm", directory);
	say_line(path);
	say("access", access(path, R_OK));
	say("stat", stat(path, &status));
	say("statx", statx(AT_FDCWD, directory, 0, STATX_TYPE, &more));
	say_whether("a directory", S_ISDIR(more.stx_mode));
	snprintf(path, sizeof(path), "%s/stat", directory);
	say_stat(path);
	snprintf(path, sizeof(path), "%s/status", directory);
	say_status(path);
	say_directory(directory);
	snprintf(path, sizeof(path), "%s/cwd", directory);
	say_whether("link", readlink(path, target, sizeof(target)) > 0 && target[0] == '/');
	snprintf(path, sizeof(path), "%s/none", directory);
	say("none", open(path, O_RDONLY));
}

/* By its directory, from one that is open. */
static void look_from_a_directory(pid_t id)
{
	int tasks = must("open", open("/proc/self/task", O_RDONLY | O_DIRECTORY)), own, fd;
	char name[32], text[32] = "";
	struct stat status;

	snprintf(name, sizeof(name), "%d", id);
	own = must("openat", openat(tasks, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	say("fstatat", fstatat(tasks, name, &status, 0));
	say("faccessat", faccessat(tasks, name, X_OK, 0));
	snprintf(name, sizeof(name), "%d/comm", id);
	fd = must("openat", openat(tasks, name, O_RDONLY));
	say("read", read(fd, text, sizeof(text)));
	printf("%s", text);
	say("again", pread(fd, text, sizeof(text), 0));
	close(fd);
	close(own);
	close(tasks);
}

static void *look_at_oneself(void *unused)
{
	char link[64] = "", own[64];
	ssize_t length;
	sigset_t set;

	prctl(PR_SET_NAME, "one of many");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_kill(pthread_self(), SIGUSR1);
	look_by("/proc/self/task/%d", gettid(), 0);
	look_by("/proc/%d/task/%d", getpid(), gettid());
	look_by("/proc/%d", gettid(), 0);
	look_by("/proc/thread-self", 0, 0);
	look_from_a_directory(gettid());
	length = readlink("/proc/thread-self", link, sizeof(link));
	snprintf(own, sizeof(own), "%d/task/%d", getpid(), gettid());
	say_whether("the link is its own", length == (ssize_t)strlen(own) && !memcmp(link, own, (size_t)length));
	say("cut short", readlink("/proc/thread-self", link, 2));
	say("raw", syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/task", link, sizeof(link)));
	return unused;
}

static void *tell_id_and_wait(void *place)
{
	__atomic_store_n(&ids[(long)place], gettid(), __ATOMIC_SEQ_CST);
	sem_wait(&gate);
	return NULL;
}

static void until_all_have_told(void)
{
	for (int i = 0; i < THREADS; i++)
		while (!__atomic_load_n(&ids[i], __ATOMIC_SEQ_CST))
			msleep(1);
}

/* Each by its own directory, from another thread. */
static void look_at_many(void)
{
	pthread_t threads[THREADS];
	int found = 0;
	char path[64];

	for (long i = 0; i < THREADS; i++)
		threads[i] = start(tell_id_and_wait, (void *)i);
	until_all_have_told();
	for (int i = 0; i < THREADS; i++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", getpid(), ids[i]);
		found += access(path, R_OK) == 0;
	}
	say("found", found);
	for (int i = 0; i < THREADS; i++)
		sem_post(&gate);
	for (int i = 0; i < THREADS; i++)
		join(threads[i]);
	say("gone", open("/proc/self/task/268000000/comm", O_RDONLY));
	say("nobody's", access("/proc/268000000", F_OK));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&gate, 0, 0));
	signal(SIGUSR1, SIG_IGN);
	join(start(look_at_oneself, NULL));
	look_at_many();
	return 0;
}
