/* parks: read */
/* What was true of a descriptor is forgotten when its number comes to mean another file. */
#include "tests/programs/late.h"
#include <sys/socket.h>

/* A fresh pipe whose reading end is the given number. */
static void pipe_at(int fd)
{
	must("pipe", pipe(ends));
	if (ends[0] == fd)
		return;
	must("dup2", dup2(ends[0], fd));
	close(ends[0]);
	ends[0] = fd;
}

static void close_both(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void reuse_after_close(int fd)
{
	read_late("blocking", fd);
	close_both();
	must("pipe2", pipe2(ends, O_NONBLOCK));
	say("number", ends[0]);
	say_empty("non-blocking", fd);
	close_both();
	say_empty("closed", fd);
	pipe_at(fd);
	read_late("blocking again", fd);
}

static void reuse_by_dup(int fd)
{
	int other[2];

	must("pipe2", pipe2(other, O_NONBLOCK));
	must("dup2", dup2(other[0], fd));
	say_empty("replaced by dup2", fd);
	must("dup3", dup3(must("open", open("/dev/null", O_RDONLY)), fd, O_CLOEXEC));
	say_empty("replaced by dup3", fd);
	close(ends[1]);
	pipe_at(fd);
	read_late("blocking pipe by dup2", fd);
}

static void reuse_after_fclose(int fd)
{
	FILE *stream = fdopen(fd, "r");

	fclose(stream);
	close(ends[1]);
	say_empty("fclose", fd);
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
	say("number", ends[0]);
	say_empty("non-blocking socket", fd);
	close_both();
}

static void reuse_by_freopen(void)
{
	int file = must("open", open("file", O_RDWR | O_CREAT, 0600));
	FILE *stream;

	say("number", file);
	say_empty("a file", file);
	stream = fdopen(file, "r");
	say_whether("freopen", freopen("/dev/null", "r", stream) == stream);
	say("number", fileno(stream));
	say_empty("another file", fileno(stream));
	fclose(stream);
}

int main(void)
{
	int fd;

	must("pipe", pipe(ends));
	fd = ends[0];
	reuse_after_close(fd);
	reuse_by_dup(fd);
	reuse_after_fclose(fd);
	reuse_by_freopen();
	pipe_at(fd);
	read_late("a pipe in the end", fd);
	return 0;
}
