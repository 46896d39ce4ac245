/* threads and helpers */
/* The list of a process's threads in proc(5): all of them are in it, no others, by whatever way it is read. */
#include "threads.h"
#include <dirent.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { THREADS = 300, MOST = 2 * THREADS, FEW = 100 };

static sem_t gate, first_gate;
static pid_t ids[THREADS + 1]; /* the main thread's first */
static char fifo[] = "/tmp/listedXXXXXX/fifo";

/* What a list holds. */
struct list {
	int ids[MOST], count;
};

static void add(struct list *list, const char *name)
{
	if (name[0] != '.' && list->count < MOST)
		list->ids[list->count++] = atoi(name);
}

/* Each thread once, and nothing else; the dots are left out before. */
static void say_list(const char *how, const struct list *list, int threads)
{
	int found = 0;

	for (int i = 0; i < threads; i++)
		for (int j = 0; j < list->count; j++)
			found += list->ids[j] == ids[i];
	printf("%s: %d, of which threads: %d\n", how, list->count, found);
}

static void read_directory(DIR *directory, struct list *list)
{
	const struct dirent *entry;

	list->count = 0;
	while (directory && (entry = readdir(directory)))
		add(list, entry->d_name);
}

static void list_by_path(const char *how, const char *path, int threads)
{
	DIR *directory = opendir(path);
	struct list list = {.count = 0};

	if (!directory) {
		say(how, -1);
		return;
	}
	read_directory(directory, &list);
	say_list(how, &list, threads);
	rewinddir(directory);
	read_directory(directory, &list);
	say_list("once more", &list, threads);
	closedir(directory);
}

static void list_by_scandir(int threads)
{
	struct dirent **entries;
	struct list list = {.count = 0};
	int n = must("scandir", scandir("/proc/self/task", &entries, NULL, alphasort));

	for (int i = 0; i < n; i++) {
		add(&list, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	say_list("scandir", &list, threads);
}

/* With room for a few entries at a time; by a duplicate in turn, which has the same position. */
static void list_by_calls(int threads, bool is_raw)
{
	int fds[2] = {must("open", open("/proc/thread-self/..", O_RDONLY | O_DIRECTORY))};
	_Alignas(struct dirent64) char bytes[2 * sizeof(struct dirent64)];
	struct list list = {.count = 0};
	int turn = 0;
	long n;

	fds[1] = must("dup", dup(fds[0]));
	while ((n = is_raw ? syscall(SYS_getdents64, fds[turn % 2], bytes, FEW)
			   : getdents64(fds[turn % 2], bytes, FEW)) > 0) {
		turn++;
		for (long at = 0; at < n; at += ((struct dirent64 *)(bytes + at))->d_reclen)
			add(&list, ((struct dirent64 *)(bytes + at))->d_name);
	}
	say("at the end", n);
	say_list(is_raw ? "raw" : "getdents64", &list, threads);
	lseek(fds[0], 0, SEEK_SET);
	say("no room", getdents64(fds[1], bytes, 8));
	close(fds[0]);
	close(fds[1]);
}

/* From each place that it tells of, the rest follows. */
static void list_by_places(void)
{
	DIR *directory = opendir("/proc/self/task");
	const struct dirent *entry;
	long places[MOST], place = telldir(directory);
	char names[MOST][16];
	int n = 0, wrong = 0;

	while (n < MOST && (entry = readdir(directory))) {
		places[n] = place;
		snprintf(names[n++], sizeof(names[0]), "%.15s", entry->d_name);
		place = telldir(directory);
	}
	for (int i = 0; i < n; i += 7) {
		seekdir(directory, places[i]);
		entry = readdir(directory);
		wrong += !entry || strcmp(entry->d_name, names[i]) != 0;
	}
	seekdir(directory, place);
	say_whether("nothing behind the last", !readdir(directory));
	say("wrong places", wrong);
	closedir(directory);
}

/* A directory has a link for each one in it. */
static void count_links(void)
{
	int proc = must("open", open("/proc/self", O_PATH | O_DIRECTORY));
	struct stat status;
	struct statx more;

	must("stat", stat("/proc/self/task", &status));
	say("stat", (long)status.st_nlink);
	must("lstat", lstat("/proc/self/task/", &status));
	say("lstat", (long)status.st_nlink);
	must("fstatat", fstatat(proc, "task/", &status, 0));
	say("fstatat", (long)status.st_nlink);
	must("statx", statx(proc, "task", 0, STATX_BASIC_STATS, &more));
	say("statx", more.stx_nlink);
	must("stat", stat("/proc/self", &status));
	say_whether("another directory", status.st_nlink < 20);
	close(proc);
}

static void list_all(int threads)
{
	char path[64];

	list_by_path("self", "/proc/self/task", threads);
	snprintf(path, sizeof(path), "/proc/%d/task", getpid());
	list_by_path("process", path, threads);
	snprintf(path, sizeof(path), "/proc/%d/task/", ids[threads - 1]);
	list_by_path("by a thread", path, threads);
	snprintf(path, sizeof(path), "/proc/self/task/%d/task", ids[threads - 1]);
	list_by_path("of a thread", path, threads);
	must("chdir", chdir("/proc/self"));
	list_by_path("relative", "task", threads);
	must("chdir", chdir("/"));
	list_by_scandir(threads);
	list_by_calls(threads, false);
	list_by_calls(threads, true);
}

static int list_in_child(void *unused)
{
	(void)unused;
	ids[0] = getpid();
	list_by_path("in a child", "/proc/self/task", 1);
	count_links();
	fflush(stdout);
	return 0;
}

static void *tell_id_and_wait(void *place)
{
	__atomic_store_n(&ids[(long)place], gettid(), __ATOMIC_SEQ_CST);
	if ((long)place == 1)
		close(must("open", open(fifo, O_RDONLY))); /* until the other side comes */
	sem_wait((long)place == THREADS ? &first_gate : &gate);
	if ((long)place == THREADS) {
		list_by_path("in a thread", "/proc/self/task", THREADS + 1);
		end_child(start_child(list_in_child, NULL));
	} else {
		sem_post(&gate);
	}
	return NULL;
}

/* The kernel takes a thread off the list some time after it was joined. */
static void until_alone(void)
{
	struct list list = {.count = 0};
	DIR *directory;
	int tries = 0;

	do {
		msleep(tries ? 10 : 0);
		directory = opendir("/proc/self/task");
		read_directory(directory, &list);
		closedir(directory);
	} while (list.count > 1 && ++tries < 1000);
	say_list("in the end", &list, 1);
}

int main(void)
{
	pthread_t threads[THREADS + 1];

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&gate, 0, 0) | sem_init(&first_gate, 0, 0));
	fifo[sizeof(fifo) - 6] = 0;
	must("mkdtemp", mkdtemp(fifo) ? 0 : -1);
	fifo[sizeof(fifo) - 6] = '/';
	must("mkfifo", mkfifo(fifo, 0600));
	ids[0] = gettid();
	list_all(1);
	for (long i = 1; i <= THREADS; i++)
		threads[i] = start(tell_id_and_wait, (void *)i);
	for (int i = 1; i <= THREADS; i++)
		while (!__atomic_load_n(&ids[i], __ATOMIC_SEQ_CST))
			msleep(1);
	msleep(20);
	list_all(THREADS + 1);
	list_by_places();
	count_links();
	sem_post(&first_gate);
	join(threads[THREADS]);
	close(must("open", open(fifo, O_WRONLY)));
	sem_post(&gate);
	for (int i = 1; i < THREADS; i++)
		join(threads[i]);
	until_alone();
	count_links();
	unlink(fifo);
	fifo[sizeof(fifo) - 6] = 0;
	rmdir(fifo);
	return 0;
}
