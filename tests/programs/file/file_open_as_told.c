/* parks: openat2 */
/* openat2 waits for the other side of a FIFO as open does; where libc has no such function, the system call is made. */
#include "tests/programs/say.h"
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

extern int openat2(int dir, const char *path, const struct open_how *how, size_t size) __attribute__((weak));

static int open_as_told(const char *path, struct open_how how, size_t size)
{
	return openat2 ? openat2(AT_FDCWD, path, &how, size) : (int)syscall(SYS_openat2, AT_FDCWD, path, &how, size);
}

static int write_late(void *name)
{
	int fd;

	msleep(100);
	fd = must("open", open(name, O_WRONLY));
	return write(fd, "hello", 5) != 5;
}

static void open_fifo(unsigned long long resolve)
{
	double start = now();
	pid_t child = start_child(write_late, "fifo");
	char bytes[8];
	int fd = open_as_told(
	    "fifo", (struct open_how){.flags = O_RDONLY, .resolve = resolve}, sizeof(struct open_how));

	say_waited("for a writer", start, 100);
	say_bytes("read", read_enough(fd, bytes, 5), bytes);
	say("end", read(fd, bytes, sizeof(bytes)));
	close(fd);
	end_child(child);
}

static void open_the_rest(void)
{
	const struct open_how new = {.flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, .mode = 0600};
	int fd = open_as_told("file", new, sizeof(new));

	say_whether("made", fd >= 0);
	say("flags", fcntl(fd, F_GETFD));
	say("write", write(fd, "x", 1));
	close(fd);
	say("once more", open_as_told("file", new, sizeof(new)));
	say("missing", open_as_told("nothing", (struct open_how){.flags = O_RDONLY}, sizeof(new)));
	say("too small", open_as_told("file", (struct open_how){.flags = O_RDONLY}, 8));
	say("odd", open_as_told("file", (struct open_how){.flags = 1ull << 40}, sizeof(new)));
	say("outside",
	    open_as_told("/", (struct open_how){.flags = O_RDONLY, .resolve = RESOLVE_BENEATH}, sizeof(new)));
	errno = 0;
	say("no address", openat2 ? openat2(AT_FDCWD, "file", (struct open_how *)16, sizeof(new))
				  : syscall(SYS_openat2, AT_FDCWD, "file", 16, sizeof(new)));
	must("unlink", unlink("file"));
}

int main(void)
{
	must("mkfifo", mkfifo("fifo", 0600));
	open_fifo(0);
	open_fifo(RESOLVE_BENEATH);
	open_the_rest();
	must("unlink", unlink("fifo"));
	return 0;
}
