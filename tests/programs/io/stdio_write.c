/* parks: write nanosleep */
/* Writing streams to pipes that are full, and what happens to what was not flushed. */
#include "tests/programs/say.h"
#include <sys/socket.h>

static int ends[2];
static FILE *out;

/* Drains the pipe slowly after a while; its exit status says whether all came, in order. */
static int drain(void *count)
{
	fclose(out);
	msleep(50);
	return read_slowly(ends[0], 4096, 1) != *(long *)count;
}

static pid_t begin(long *count)
{
	pid_t child;

	must("pipe", pipe(ends));
	must("F_SETPIPE_SZ", fcntl(ends[1], F_SETPIPE_SZ, 4096));
	out = fdopen(ends[1], "w");
	child = start_child(drain, count);
	close(ends[0]);
	return child;
}

static void write_block(void)
{
	static unsigned char bytes[50000];
	long count = sizeof(bytes);
	pid_t child = begin(&count);

	fill(bytes, 0, sizeof(bytes));
	say("fwrite", (long)fwrite(bytes, 1, sizeof(bytes), out));
	say("fclose", fclose(out));
	end_child(child);
}

/* The buffer fills again and again, and what fills it waits. */
static void write_characters(void)
{
	long count = 20000;
	pid_t child = begin(&count);
	long failed = 0;

	for (long i = 0; i < count; i++)
		failed += (i % 2 ? putc(byte_at((size_t)i), out) : fputc(byte_at((size_t)i), out)) == EOF;
	say("failed", failed);
	say("fflush", fflush(out));
	say("fclose", fclose(out));
	end_child(child);
}

static void write_unbuffered(void)
{
	static unsigned char bytes[10000];
	long count = sizeof(bytes);
	pid_t child = begin(&count);

	fill(bytes, 0, sizeof(bytes));
	setvbuf(out, NULL, _IONBF, 0);
	say("fwrite", (long)fwrite(bytes, 100, sizeof(bytes) / 100, out));
	say("fclose", fclose(out));
	end_child(child);
}

static void flush_all(void)
{
	static unsigned char bytes[4096 + 3000];
	long count = sizeof(bytes);
	pid_t child = begin(&count);

	fill(bytes, 0, sizeof(bytes));
	setvbuf(out, NULL, _IOFBF, 1 << 16);
	say("fwrite", (long)fwrite(bytes, 1, sizeof(bytes), out));
	say("fflush of all", fflush(NULL));
	fclose(out);
	end_child(child);
}

/* Nobody reads any more: an error of the stream, which the next flush does not forget. */
static void write_to_nobody(void)
{
	must("pipe", pipe(ends));
	out = fdopen(ends[1], "w");
	close(ends[0]);
	say("fputs", fputs("lost", out) >= 0);
	say("fflush", fflush(out));
	say_whether("error", ferror(out));
	fclose(out);
}

/* What is in the buffer at exit is written then, though the pipe is full. */
static int exit_with_much(void *unused)
{
	static unsigned char bytes[4096 + 3000];

	(void)unused;
	close(ends[0]);
	out = fdopen(ends[1], "w");
	setvbuf(out, NULL, _IOFBF, 1 << 16);
	fill(bytes, 0, sizeof(bytes));
	fwrite(bytes, 1, sizeof(bytes), out);
	exit(0);
}

static void flush_at_exit(void)
{
	pid_t child;

	must("pipe", pipe(ends));
	must("F_SETPIPE_SZ", fcntl(ends[1], F_SETPIPE_SZ, 4096));
	child = start_child(exit_with_much, NULL);
	close(ends[1]);
	msleep(50);
	say("read", read_slowly(ends[0], 4096, 1));
	close(ends[0]);
	end_child(child);
}

/* A printed line arrives at a socket, and the answer comes back by the other stream of it. */
static int answer(void *unused)
{
	char line[16];

	(void)unused;
	msleep(30);
	close(ends[0]);
	if (read(ends[1], line, sizeof(line)) < 5)
		return 1;
	msleep(30);
	return write(ends[1], "pong\n", 5) != 5;
}

static void talk(void)
{
	FILE *in;
	char line[16];
	pid_t child;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	child = start_child(answer, NULL);
	close(ends[1]);
	in = fdopen(dup(ends[0]), "r");
	out = fdopen(ends[0], "w");
	say("fprintf", fprintf(out, "%s %d\n", "ping", 1));
	say("fflush", fflush(out));
	say_bytes("fgets", fgets(line, sizeof(line), in) ? (long)strlen(line) - 1 : -1, line);
	fclose(in);
	fclose(out);
	end_child(child);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	write_block();
	write_characters();
	write_unbuffered();
	flush_all();
	write_to_nobody();
	flush_at_exit();
	talk();
	return 0;
}
