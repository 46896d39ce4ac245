/* patch: all,file */
/* parks: read readv write */
/* EIO, as far as it is to be had without a broken disk: memory that is not there, terminals that are gone. */
#include "tests/programs/say.h"
#include <pty.h>
#include <sys/uio.h>
#include <termios.h>

static char bytes[64];
static int master, tty;

static void read_memory(void)
{
	struct iovec iov = {bytes, sizeof(bytes)};
	int fd = must("open", open("/proc/self/mem", O_RDWR));
	FILE *file;

	say("read", read(fd, bytes, sizeof(bytes)));
	say("readv", readv(fd, &iov, 1));
	say("preadv2", preadv2(fd, &iov, 1, -1, 0));
	say("pread", pread(fd, bytes, sizeof(bytes), 4096));
	say("preadv", preadv(fd, &iov, 1, 4096));
	say("preadv2 at a place", preadv2(fd, &iov, 1, 4096, 0));
	say("write", write(fd, bytes, sizeof(bytes)));
	say("writev", writev(fd, &iov, 1));
	say("pwrite", pwrite(fd, bytes, sizeof(bytes), 4096));
	say("pwritev2 at a place", pwritev2(fd, &iov, 1, 4096, 0));
	file = fdopen(fd, "r+");
	say("fread", (long)fread(bytes, 1, sizeof(bytes), file));
	say_error("errno", errno);
	say_whether("ferror", ferror(file));
	say_whether("feof", feof(file));
	clearerr(file);
	say("fgetc", fgetc(file));
	say("fputc", fputc('x', file));
	say("fflush", fflush(file));
	say("fclose", fclose(file));
}

static void open_terminal(void)
{
	struct termios how;

	must("openpty", openpty(&master, &tty, NULL, NULL, NULL));
	must("tcgetattr", tcgetattr(tty, &how));
	cfmakeraw(&how);
	must("tcsetattr", tcsetattr(tty, TCSANOW, &how));
}

static int hang_up_late(void *fds)
{
	int *both = fds;

	close(both[1]);
	until_asleep(getppid());
	close(both[0]);
	return 0;
}

/* This end is ours alone, the other the child's, who closes it. */
static pid_t left_alone_at(int ours, int theirs)
{
	int both[] = {theirs, ours};
	pid_t child = start_child(hang_up_late, both);

	close(theirs);
	return child;
}

static void say_gone(const char *what, int fd)
{
	struct iovec iov = {bytes, 1};

	printf("%s is gone\n", what);
	say("read", read(fd, bytes, 1));
	say("readv", readv(fd, &iov, 1));
	say("write", write(fd, bytes, 1));
	say("writev", writev(fd, &iov, 1));
	close(fd);
}

static void wait_at_terminal(void)
{
	struct iovec iov = {bytes, sizeof(bytes)};
	pid_t child;

	open_terminal();
	child = left_alone_at(tty, master);
	say("read, hung up", read(tty, bytes, sizeof(bytes)));
	end_child(child); /* the reader is woken before all of the terminal is gone */
	say_gone("the master", tty);
	open_terminal();
	child = left_alone_at(tty, master);
	say("readv, hung up", readv(tty, &iov, 1));
	close(tty);
	end_child(child);
	open_terminal();
	child = left_alone_at(master, tty);
	say("read, other side closed", read(master, bytes, sizeof(bytes)));
	say("read", read(master, bytes, sizeof(bytes)));
	close(master);
	end_child(child);
}

/* Which fills the line; what was taken by then counts, and only the next fails. */
static void write_to_terminal(void)
{
	static char much[100000];
	ssize_t first;
	pid_t child;

	open_terminal();
	child = left_alone_at(tty, master);
	first = write(tty, much, sizeof(much));
	say_whether("written in part", first > 0 && first < (ssize_t)sizeof(much));
	end_child(child);
	say("write", write(tty, much, sizeof(much)));
	close(tty);
}

static void read_stream(void)
{
	FILE *file;
	pid_t child;

	open_terminal();
	child = left_alone_at(tty, master);
	file = fdopen(tty, "r+");
	say("fgetc", fgetc(file));
	say_error("errno", errno);
	say_whether("ferror", ferror(file));
	say_whether("feof", feof(file));
	end_child(child);
	say("fputs", fputs("x", file) < 0);
	say("fclose", fclose(file));
}

static void read_nothing(void)
{
	struct iovec *volatile nowhere = (struct iovec *)16;
	struct iovec none = {bytes, 0};

	open_terminal();
	say("read nothing", read(tty, bytes, 0));
	say("readv nothing", readv(tty, &none, 1));
	say("read to nowhere", readv(tty, nowhere, 1));
	close(master);
	say("read nothing of it gone", read(tty, bytes, 0));
	close(tty);
}

int main(void)
{
	errno = 0;
	read_memory();
	wait_at_terminal();
	write_to_terminal();
	read_stream();
	read_nothing();
	return 0;
}
