/* parks: splice */
/* splice between pipes, files, stream sockets and terminals; late, large, told not to wait, refused. */
#include "tests/programs/say.h"
#include <pty.h>
#include <sys/socket.h>

static int from[2], to[2];
static unsigned char bytes[400000];

static int write_late(void *unused)
{
	(void)unused;
	msleep(100);
	return write(from[1], "x", 1) != 1;
}

static int drain_late(void *expected)
{
	close(to[1]);
	close(from[1]);
	msleep(100);
	return read_slowly(to[0], 10000, 1) != *(long *)expected;
}

static void say_late(const char *what)
{
	double start = now();
	char text[16];
	pid_t child = start_child(write_late, NULL);

	printf("%s\n", what);
	say("splice", splice(from[0], NULL, to[1], NULL, 100, 0));
	say_waited("splice", start, 100);
	say_bytes("arrived", read(to[0], text, sizeof(text)), text);
	end_child(child);
}

/* A pipe that a splice has touched refuses RWF_NOWAIT from then on; a read of it waits nevertheless. */
static void read_late(int fd)
{
	char text[16];
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say_bytes("read after the splice", read(fd, text, sizeof(text)), text);
	say_waited("read after the splice", start, 100);
	end_child(child);
}

static void open_pair(int pair[2], bool socket)
{
	if (socket)
		must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	else
		must("pipe", pipe(pair));
}

static void close_both(void)
{
	close(from[0]);
	close(from[1]);
	close(to[0]);
	close(to[1]);
}

static void arrive_late(const char *what, bool to_socket)
{
	open_pair(from, false);
	open_pair(to, to_socket);
	say_late(what);
	say("told not to wait", splice(from[0], NULL, to[1], NULL, 100, SPLICE_F_NONBLOCK));
	read_late(from[0]);
	close_both();
}

static void from_terminal(void)
{
	char text[16];

	must("openpty", openpty(&from[1], &from[0], NULL, NULL, NULL));
	must("pipe", pipe(to));
	must("write", write(from[1], "line\n", 5));
	say("terminal to pipe", splice(from[0], NULL, to[1], NULL, 100, 0));
	say_bytes("arrived", read_enough(to[0], text, 5), text);
	close_both();
}

/* All that is in the pipe goes, however slowly the peer reads. */
static void to_slow_socket(void)
{
	long size = 450000, n, total = 0;
	pid_t child;
	double start = now();
	int small = 4096;

	open_pair(from, false);
	open_pair(to, true);
	must("SO_SNDBUF", setsockopt(to[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
	must("F_SETPIPE_SZ", fcntl(from[1], F_SETPIPE_SZ, 1 << 19));
	fill(bytes, 0, 400000);
	must("write", write_at_once(from[1], bytes, 400000));
	child = start_child(drain_late, &size);
	close(to[0]);
	say("slow reader", splice(from[0], NULL, to[1], NULL, 1 << 20, SPLICE_F_MORE));
	say_waited("slow reader", start, 100);
	fill(bytes, 400000, 50000);
	must("write", write_at_once(from[1], bytes, 50000));
	for (; total < 50000 && (n = splice(from[0], NULL, to[1], NULL, 7777, 0)) > 0; total += n)
		;
	say("by and by", total);
	close(from[1]);
	say("end", splice(from[0], NULL, to[1], NULL, 1 << 20, 0));
	close(to[1]);
	end_child(child);
	close(from[0]);
}

/* A pipe that is full makes a splice wait for room. */
static void to_full_pipe(bool from_file)
{
	long size = 65536 + 30000;
	double start = now();
	pid_t child;

	open_pair(from, false);
	open_pair(to, false);
	fill(bytes, 0, 65536);
	must("write", write_at_once(to[1], bytes, 65536));
	fill(bytes, 65536, 30000);
	if (from_file)
		from[0] = must("open", open("file", O_RDWR | O_CREAT, 0600));
	must("write", write(from[from_file ? 0 : 1], bytes, 30000));
	if (from_file)
		lseek(from[0], 0, SEEK_SET);
	say("told not to wait", splice(from[0], NULL, to[1], NULL, 30000, SPLICE_F_NONBLOCK));
	child = start_child(drain_late, &size);
	for (long total = 0, n; total < 30000; total += n)
		n = must("splice", splice(from[0], NULL, to[1], NULL, 30000, 0));
	say_waited("room", start, 100);
	close(to[1]);
	to[1] = -1;
	end_child(child);
	close_both();
}

static void to_file(void)
{
	int file = must("open", open("target", O_RDWR | O_CREAT, 0600));
	off64_t at = 3;
	pid_t child;
	double start = now();

	open_pair(from, false);
	child = start_child(write_late, NULL);
	say("pipe to file", splice(from[0], NULL, file, &at, 100, 0));
	say_waited("pipe to file", start, 100);
	say("offset", at);
	say("size", lseek(file, 0, SEEK_END));
	end_child(child);
	close(from[1]);
	say("end", splice(from[0], NULL, file, &at, 100, 0));
}

static void refuse(void)
{
	off64_t at = 0;
	int file = must("open", open("target", O_RDWR));

	signal(SIGPIPE, SIG_IGN);
	open_pair(from, false);
	open_pair(to, true);
	say("no pipe at either end", splice(to[0], NULL, file, NULL, 10, 0));
	say("a pipe has no offset", splice(from[0], &at, file, NULL, 10, 0));
	say("nor a socket", splice(from[0], NULL, to[1], &at, 10, 0));
	say("nothing", splice(from[0], NULL, to[1], NULL, 0, 0));
	say("no such flag", splice(from[0], NULL, to[1], NULL, 10, 1 << 20));
	say("from nowhere", splice(1000, NULL, to[1], NULL, 10, 0));
	say("to nowhere", splice(from[0], NULL, -1, NULL, 10, 0));
	say("from the wrong end", splice(from[1], NULL, file, NULL, 10, 0));
	say("to itself", splice(from[0], NULL, from[1], NULL, 10, 0));
	must("write", write(from[1], "unheard", 7));
	close(to[0]);
	say("to nobody", splice(from[0], NULL, to[1], NULL, 10, 0));
	set_nonblocking(from[0], true);
	close(to[1]);
	open_pair(to, false);
	say("what nobody took", splice(from[0], NULL, to[1], NULL, 10, 0));
	say("non-blocking", splice(from[0], NULL, to[1], NULL, 10, 0));
}

int main(void)
{
	arrive_late("pipe to pipe", false);
	arrive_late("pipe to socket", true);
	open_pair(from, true);
	open_pair(to, false);
	say_late("socket to pipe");
	close_both();
	from_terminal();
	to_slow_socket();
	to_full_pipe(false);
	to_full_pipe(true);
	to_file();
	refuse();
	return 0;
}
