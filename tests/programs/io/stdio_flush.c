/* threads */
/* Flushing between threads: of a pipe that is full, of all streams, at exit, and around fork. */
#include "tests/programs/threads.h"
#include <gnu/libc-version.h>

static int ends[2];
static FILE *out;

/* A stream to a pipe that has no room left, with something in its buffer. */
static void fill_pipe(void)
{
	static char bytes[1 << 16];

	must("pipe", pipe(ends));
	while (write_at_once(ends[1], bytes, sizeof(bytes)) > 0)
		;
	out = fdopen(ends[1], "w");
	fputs("the rest\n", out);
}

/* Reads what is there without waiting; returns how many bytes beyond the pipe's own. */
static long drain(void)
{
	static char bytes[1 << 16];
	long total = 0, n;

	set_nonblocking(ends[0], true);
	while ((n = read(ends[0], bytes, sizeof(bytes))) > 0)
		total += n;
	return total % 4096;
}

static void close_all(void)
{
	fclose(out);
	close(ends[0]);
}

static void *flush_stream(void *stream)
{
	return (void *)(long)fflush(stream);
}

/* One flushes and waits; another prints elsewhere, a third waits for the stream. */
static void *print_more(void *text)
{
	return (void *)(long)(fputs(text, out) >= 0);
}

static void flush_full_pipe(bool all)
{
	pthread_t flusher, printer;
	double start_time = now();
	char bytes[16384];

	fill_pipe();
	flusher = start(flush_stream, all ? NULL : out);
	until_locked(out);
	puts("others print");
	printer = start(print_more, "more\n");
	msleep(20);
	must("read", read_enough(ends[0], bytes, sizeof(bytes)));
	say("flushed", (long)join(flusher));
	say("printed", (long)join(printer));
	say_waited("flush", start_time, 30);
	say("left", drain());
	say("fflush", fflush(out));
	say("left", drain());
	close_all();
}

/* While one flushes all streams, others open, print to and close theirs. */
static void *open_and_close(void *unused)
{
	FILE *other;

	(void)unused;
	other = fopen("/dev/null", "w");
	if (other)
		fputs("text", other);
	return (void *)(long)(other ? fclose(other) : -1);
}

/* Another does this while one flushes and waits. */
static void while_flushing(const char *what, void *(*run)(void *))
{
	pthread_t flusher, other;
	char bytes[16384];

	fill_pipe();
	flusher = start(flush_stream, NULL);
	until_locked(out);
	other = start(run, NULL);
	msleep(20);
	must("read", read_enough(ends[0], bytes, sizeof(bytes)));
	say(what, (long)join(other));
	say("flushed", (long)join(flusher));
	say("left", drain());
	close_all();
}

/* A child that is forked meanwhile can use all streams, also those that are locked in the parent. */
static void *get_line(void *in)
{
	char line[16];

	return (void *)(long)(fgets(line, sizeof(line), in) ? atoi(line) : -1);
}

static void fork_while_read(void)
{
	pthread_t reader;
	pid_t child;
	FILE *in;

	must("pipe", pipe(ends));
	in = fdopen(ends[0], "r");
	reader = start(get_line, in);
	until_locked(in);
	fflush(stdout);
	child = must("fork", fork());
	if (!child) {
		alarm(60);
		fputs("from the child\n", stdout);
		must("write", write(ends[1], "4\n", 2));
		_exit(fflush(NULL) != 0 || fclose(in) != 0);
	}
	end_child(child);
	say("read", (long)join(reader));
	fclose(in);
	close(ends[1]);
}

/* fork takes the list of streams, as whoever flushes them all does. */
static void *fork_child(void *unused)
{
	pid_t child = fork();
	int status = -1;

	(void)unused;
	if (!child) {
		alarm(60);
		_exit(fputs("x", stdout) < 0 ? 1 : 6);
	}
	waitpid(child, &status, 0);
	return (void *)(long)WEXITSTATUS(status);
}

/* Whether exit() waits for the locks of streams, as POSIX has it: from glibc 2.41 on. */
static bool exit_waits_for_locks(void)
{
	return strverscmp(gnu_get_libc_version(), "2.41") >= 0;
}

/* exit() writes what is in the buffers. Where it does not wait for locks, it does not wait for readers. */
static void exit_while_read(void)
{
	char bytes[16];
	pid_t child;
	int report[2];

	must("pipe", pipe(report));
	must("pipe", pipe(ends));
	fflush(stdout);
	child = must("fork", fork());
	if (!child) {
		alarm(60);
		start(get_line, fdopen(ends[0], "r"));
		out = fdopen(report[1], "w");
		fputs("flushed", out);
		msleep(20);
		exit(3);
	}
	close(report[1]);
	say_bytes("at exit", read_enough(report[0], bytes, 7), bytes);
	if (exit_waits_for_locks())
		must("write", write(ends[1], "5\n", 2));
	end_child(child);
	close(report[0]);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	flush_full_pipe(false);
	flush_full_pipe(true);
	while_flushing("opened", open_and_close);
	fork_while_read();
	while_flushing("forked", fork_child);
	exit_while_read();
	return 0;
}
