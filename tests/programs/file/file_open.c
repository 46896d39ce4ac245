/* open, openat and creat of what never waits: modes, flags, links, descriptors, and what they refuse. */
#include "tests/programs/say.h"
#include <sys/stat.h>

static void say_mode(const char *what, int fd)
{
	struct stat st;

	must("fstat", fstat(fd, &st));
	printf("%s: %o\n", what, st.st_mode);
	close(fd);
}

static void make_files(void)
{
	umask(022);
	say_mode("open", must("open", open("a", O_CREAT | O_WRONLY, 0666)));
	say_mode("openat", must("openat", openat(AT_FDCWD, "b", O_CREAT | O_RDWR, 0640)));
	say_mode("creat", must("creat", creat("c", 0600)));
	say_mode("nameless", must("open", open(".", O_TMPFILE | O_RDWR, 0644)));
	say_mode("open64", must("open64", open64("d", O_CREAT | O_WRONLY, 0604)));
	say_mode("openat64", must("openat64", openat64(AT_FDCWD, "e", O_CREAT | O_WRONLY, 0644)));
	say_mode("creat64", must("creat64", creat64("f", 0611)));
}

static void refuse(void)
{
	const char *volatile wild = (const char *)16;

	say("missing", open("missing", O_RDONLY));
	say("missing directory", open("missing/file", O_CREAT | O_WRONLY, 0600));
	say("no name", open("", O_RDONLY));
	say("wild name", open(wild, O_RDONLY));
	say("wild name", openat(AT_FDCWD, wild, O_RDONLY));
	say("a directory to write", open(".", O_WRONLY));
	say("a file as directory", open("a", O_RDONLY | O_DIRECTORY));
	say("there already", open("a", O_CREAT | O_EXCL | O_WRONLY, 0600));
	say("bad directory", openat(1000, "a", O_RDONLY));
	say("file as directory", openat(must("open", open("a", O_RDONLY)), "b", O_RDONLY));
	must("symlink", symlink("a", "link"));
	must("symlink", symlink("loop", "loop"));
	say("a link, not to be followed", open("link", O_RDONLY | O_NOFOLLOW));
	say("a loop", open("loop", O_RDONLY));
}

/* None of these waits for another side. */
static void open_fifo(void)
{
	int dir = must("open", open(".", O_PATH));

	must("mkfifo", mkfifo("fifo", 0600));
	say("nobody reads", open("fifo", O_WRONLY | O_NONBLOCK));
	say("to read", open("fifo", O_RDONLY | O_NONBLOCK));
	say("somebody reads", open("fifo", O_WRONLY | O_NONBLOCK));
	say("both ways", openat(dir, "fifo", O_RDWR));
	say("a path only", open("fifo", O_PATH));
	say("as directory", open("fifo", O_RDONLY | O_DIRECTORY));
	say("there already", open("fifo", O_CREAT | O_EXCL | O_WRONLY, 0600));
}

int main(void)
{
	int fd;

	make_files();
	refuse();
	open_fifo();
	say("descriptor", fd = open("a", O_RDONLY));
	close(fd);
	say("the same again", open("a", O_RDONLY | O_CLOEXEC));
	say_whether("closed on exec", fcntl(fd, F_GETFD) & FD_CLOEXEC);
	say("device", open("/dev/null", O_RDWR));
	say("followed link", open("link", O_RDONLY));
	return 0;
}
