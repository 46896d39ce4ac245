/*
 * libc patched in place: when it is done, when it is not, and that no page is writable and executable. What was done
 * shows in the code of libc's own read, found by its handle: a program may have it from there, and call it.
 */
#include "tests/linked/expect.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static ssize_t (*inner_read)(int fd, void *buf, size_t count);
static unsigned char entry[8];
static int ends[2];

static bool is_patched(void)
{
	return memcmp(entry, (void *)inner_read, sizeof(entry)) != 0;
}

/* No stdio: libc is being looked at. */
static bool has_page_for_both(void)
{
	static char text[1 << 20];
	int maps = open("/proc/self/maps", O_RDONLY);
	long size = must("maps", read_whole(maps, text, sizeof(text) - 1));

	close(maps);
	text[size] = 0;
	return strstr(text, " rwx");
}

static void *nothing(void *unused)
{
	return unused;
}

static void *write_late(void *unused)
{
	green_sleep(0.02);
	must("write", write(ends[1], "x\n", 2));
	return unused;
}

/* A greenlet that waits in libc lets the other run, whichever way it has come there. */
static int patches(void)
{
	char byte, line[4];
	FILE *in;

	must("pipe", pipe(ends));
	in = fdopen(ends[0], "r");
	if (is_patched())
		return 1;
	must_join(must_spawn(nothing, NULL));
	if (!is_patched() || has_page_for_both())
		return 2;
	green_detach(must_spawn(write_late, NULL));
	if (inner_read(ends[0], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1)
		return 3;
	green_detach(must_spawn(write_late, NULL));
	if (!fgets(line, sizeof(line), in) || strcmp(line, "x\n") != 0)
		return 4;
	return inner_read(-1, &byte, 1) == -1 && errno == EBADF ? 0 : 5;
}

static int forks(void)
{
	int status = -1;

	must_join(must_spawn(nothing, NULL));
	if (!fork())
		_exit(!is_patched() || patches() != 1);
	wait(&status);
	return status != 0;
}

static void *stay(void *unused)
{
	pause();
	return unused;
}

static int leaves_threads_alone(void)
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, stay, NULL));
	must_join(must_spawn(nothing, NULL));
	return is_patched();
}

/* Greenlets work nevertheless. */
static int bears_refusal(void)
{
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0)
		return SKIPPED;
	must("pipe", pipe(ends));
	must_join(must_spawn(write_late, NULL));
	return is_patched() || getc(fdopen(ends[0], "r")) != 'x';
}

/* The user does not want it. */
static int is_told(void)
{
	must_join(must_spawn(nothing, NULL));
	return is_patched();
}

/* Each in a process of its own, as what is done is done; and what its statistics then say. */
static const struct {
	const char *name;
	int (*test)(void);
	const char *patch, *says;
} tests[] = {
    {"patches", patches, "all", "\"libc\": \"patched\""},
    {"forks", forks, "all", "\"libc\": \"patched\""},
    {"leaves threads alone", leaves_threads_alone, "-thread", "\"libc\": \"as it is: another thread was running\""},
    {"bears refusal", bears_refusal, "all", "\"libc\": \"as it is: Permission denied\""},
    {"is told by a word taken out", is_told, "-libc", "\"libc\": \"as it is: it was to be left alone\""},
    {"is told by other words", is_told, "time,os", "\"libc\": \"as it is: it was to be left alone\""},
};

static const char statistics[] = "/proc/self/fd/3";

static void run_test(size_t i)
{
	char text[4096] = "", number[] = {(char)('0' + i), 0};
	int status = -1, file = (int)must("tmpfile", fileno(tmpfile()));
	pid_t child;

	fflush(stdout);
	child = (pid_t)must("fork", fork());
	if (!child) {
		must("dup2", dup2(file, 3));
		setenv("GREENLOAD_PATCH", tests[i].patch, 1);
		setenv("GREENLOAD_STATS", statistics, 1);
		execl("/proc/self/exe", tests[i].name, number, NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	if (status == SKIPPED << 8)
		return;
	expect_equal(tests[i].name, status, 0);
	must("pread", pread(file, text, sizeof(text) - 1, 0));
	if (!strstr(text, tests[i].says))
		printf("%s: the statistics are %s", tests[i].name, text);
	expect(tests[i].name, strstr(text, tests[i].says));
	close(file);
}

int main(int argc, char **argv)
{
	inner_read = (ssize_t(*)(int, void *, size_t))dlsym(dlopen("libc.so.6", RTLD_LAZY), "read");
	memcpy(entry, (void *)inner_read, sizeof(entry));
	alarm(20);
	if (argc > 1)
		return tests[argv[1][0] - '0'].test();
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		run_test(i);
	return verdict();
}
