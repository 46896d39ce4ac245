/*
 * Preloaded beside greenload: a library whose constructor makes blocking calls, which may be before greenload's own
 * constructor, as the order of constructors is the loader's affair.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void print(const char *what, long answer)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "%s: %ld\n", what, answer);

	if (write(STDOUT_FILENO, line, (size_t)n) != n)
		_exit(98);
}

static void use_pipe(void)
{
	struct pollfd fd = {.events = POLLIN};
	char bytes[8];
	int ends[2], twin;

	print("early pipe", pipe(ends));
	print("early write", write(ends[1], "x", 1));
	fd.fd = ends[0];
	print("early poll", poll(&fd, 1, 0));
	print("early read", read(ends[0], bytes, sizeof(bytes)));
	print("early syscall", syscall(SYS_write, ends[1], "y", 1L));
	print("early fcntl", fcntl(ends[0], F_SETFL, O_NONBLOCK));
	twin = dup(ends[0]);
	print("early read of a twin", read(twin, bytes, sizeof(bytes)));
	print("early read of nothing", read(twin, bytes, sizeof(bytes)));
	close(twin);
	close(ends[0]);
	close(ends[1]);
}

static void use_socket(void)
{
	char bytes[8];
	int two[2];

	print("early socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	print("early send", send(two[1], "x", 1, 0));
	print("early recv", recv(two[0], bytes, sizeof(bytes), 0));
	print("early shutdown", shutdown(two[1], SHUT_WR));
	print("early end", recv(two[0], bytes, sizeof(bytes), 0));
	close(two[0]);
	close(two[1]);
}

static __attribute__((constructor)) void block(void)
{
	int fd = open("/dev/null", O_WRONLY);

	print("early open", fd >= 0);
	print("early nanosleep", nanosleep(&(struct timespec){0, 1000000}, NULL));
	use_pipe();
	use_socket();
	close(fd);
}
