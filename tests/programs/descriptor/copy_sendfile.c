/* parks: sendfile */
/* sendfile: to files, pipes, stream sockets, a terminal; large to a slow reader; the offset; what it refuses. */
#include "tests/programs/sock.h"
#include <pty.h>
#include <sys/sendfile.h>
#include <termios.h>

#define SIZE   1000000
#define BUFFER 65536 /* of a socket: far less than SIZE, whatever is usual here */

static int file, ends[2];

static int read_slow(void *expected)
{
	close(ends[1]);
	msleep_once_parent_waits(100);
	return read_slowly(ends[0], 50000, 2) != *(long *)expected;
}

static void to_socket(const char *what, long count, bool with_offset)
{
	off_t offset = 0;
	long whole = SIZE;
	double start = now();
	pid_t child;

	printf("%s\n", what);
	unix_pair(ends, SOCK_STREAM);
	set_option(ends[1], SO_SNDBUF, BUFFER);
	child = start_child(read_slow, &whole);
	close(ends[0]);
	lseek(file, 0, SEEK_SET);
	errno = 0;
	say("sendfile", sendfile(ends[1], file, with_offset ? &offset : NULL, (size_t)count));
	say_error("errno", errno);
	say_waited("slow reader", start, 100);
	say("offset", offset);
	say("position", lseek(file, 0, SEEK_CUR));
	close(ends[1]);
	end_child(child);
}

static void to_pipe(void)
{
	long total = 0, n;
	double start = now();
	long whole = SIZE;
	pid_t child;

	must("pipe", pipe(ends));
	child = start_child(read_slow, &whole);
	close(ends[0]);
	lseek(file, 0, SEEK_SET);
	while ((n = sendfile(ends[1], file, NULL, SIZE)) > 0)
		total += n;
	say("end of file", n);
	say("to a pipe, in pieces", total);
	say_waited("slow reader", start, 100);
	close(ends[1]);
	end_child(child);
}

static void to_terminal(void)
{
	long some = 10000;
	struct termios how;
	off_t offset = 0;
	pid_t child;
	char end;

	must("openpty", openpty(&ends[0], &ends[1], NULL, NULL, NULL));
	must("tcgetattr", tcgetattr(ends[1], &how));
	cfmakeraw(&how);
	must("tcsetattr", tcsetattr(ends[1], TCSANOW, &how));
	child = start_child(read_slow, &some);
	say("to a terminal", sendfile(ends[1], file, &offset, 10000));
	say("offset", offset);
	close(ends[1]);
	waitpid(child, NULL, 0); /* the terminal's end is an error to its reader */
	say("all read", read(ends[0], &end, 1));
	close(ends[0]);
}

static void to_file(void)
{
	int copy = must("open", open("copy", O_RDWR | O_CREAT, 0600));
	off_t offset = 999990;

	lseek(file, 0, SEEK_SET);
	say("to a file", sendfile(copy, file, NULL, SIZE));
	lseek(copy, 0, SEEK_SET);
	say("arrived", read_slowly(copy, 50000, 0));
	say("the last bytes", sendfile(copy, file, &offset, 100));
	say("offset", offset);
	say("at the end", sendfile(copy, file, &offset, 100));
	close(copy);
}

static void refuse(void)
{
	off_t negative = -1, late = SIZE + 10, *volatile wild = (off_t *)16;

	signal(SIGPIPE, SIG_IGN);
	unix_pair(ends, SOCK_STREAM);
	say("nothing", sendfile(ends[1], file, NULL, 0));
	say("past the end", sendfile(ends[1], file, &late, 10));
	say("negative offset", sendfile(ends[1], file, &negative, 10));
	say("wild offset", sendfile(ends[1], file, wild, 10));
	say("from a directory", sendfile(ends[1], must("open", open("/", O_RDONLY)), NULL, 10));
	say("from a socket to a socket", sendfile(ends[1], ends[0], NULL, 10));
	say("from nowhere", sendfile(ends[1], -1, NULL, 10));
	say("to nowhere", sendfile(1000, file, NULL, 10));
	say("to what is read only", sendfile(must("open", open("file", O_RDONLY)), file, NULL, 10));
	say("from what is write only", sendfile(ends[1], must("open", open("file", O_WRONLY)), NULL, 10));
	close(ends[0]);
	say("to nobody", sendfile(ends[1], file, &(off_t){0}, 10));
	close(ends[1]);
}

static void not_waiting(void)
{
	off_t offset = 0;
	long n;

	unix_pair(ends, SOCK_STREAM | SOCK_NONBLOCK);
	set_option(ends[1], SO_SNDBUF, BUFFER);
	n = sendfile(ends[1], file, &offset, SIZE);
	say_whether("a part", n > 0 && n < SIZE && n == offset);
	while ((n = sendfile(ends[1], file, &offset, SIZE)) > 0)
		;
	say("full", n);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	static unsigned char bytes[SIZE];

	file = must("open", open("file", O_RDWR | O_CREAT, 0600));
	fill(bytes, 0, SIZE);
	must("write", write(file, bytes, SIZE));
	to_socket("by position", SIZE, false);
	to_socket("by offset", SIZE, true);
	to_socket("more than there is", 2 * SIZE, true);
	to_pipe();
	to_terminal();
	to_file();
	refuse();
	not_waiting();
	return 0;
}
