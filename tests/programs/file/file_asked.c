/* patch: all,file */
/* parks: opendir stat64 lstat64 fstatat64 statx access faccessat readlink readlinkat rename renameat renameat2 */
/* parks: unlink unlinkat mkdir mkdirat rmdir truncate ftruncate fallocate posix_fallocate open openat creat */
/* helpers: stat64 lstat64 fstatat64 statx rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir open */
/* Names, sizes and directories: what io_uring and helpers are asked to do where `file` is in the list by its name. */
#include "tests/programs/say.h"
#include <dirent.h>
#include <sys/stat.h>

static char target[64];

static void say_status(const char *what, int result, mode_t mode, long long size)
{
	if (say(what, result) == 0)
		printf("mode %o, size %lld\n", mode, S_ISDIR(mode) ? 0 : size);
}

static void ask(const char *path)
{
	struct stat st = {0};
	struct stat64 st64 = {0};
	struct statx stx = {0};
	int result;

	result = stat(path, &st);
	say_status("stat", result, st.st_mode, st.st_size);
	result = lstat(path, &st);
	say_status("lstat", result, st.st_mode, st.st_size);
	result = fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
	say_status("fstatat", result, st.st_mode, st.st_size);
	result = stat64(path, &st64);
	say_status("stat64", result, st64.st_mode, st64.st_size);
	result = lstat64(path, &st64);
	say_status("lstat64", result, st64.st_mode, st64.st_size);
	result = fstatat64(AT_FDCWD, path, &st64, 0);
	say_status("fstatat64", result, st64.st_mode, st64.st_size);
	result = statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &stx);
	say_status("statx", result, stx.stx_mode, (long long)stx.stx_size);
	say("access", access(path, R_OK));
	say("faccessat", faccessat(AT_FDCWD, path, F_OK, AT_EACCESS));
	say("readlink", readlink(path, target, sizeof(target)));
	say("readlinkat", readlinkat(AT_FDCWD, path, target, 3));
}

static void list(const char *path)
{
	DIR *directory = opendir(path);
	int entries = 0;

	if (!directory) {
		say("opendir", -1);
		return;
	}
	while (readdir(directory))
		entries++;
	printf("entries: %d\n", entries);
	closedir(directory);
}

static void change(void)
{
	int fd;

	say("mkdir", mkdir("dir", 0700));
	say("mkdirat", mkdirat(AT_FDCWD, "dir", 0700));
	say("open", fd = open("file", O_CREAT | O_RDWR, 0640));
	say("write", write(fd, "0123456789", 10));
	say("ftruncate", ftruncate(fd, 7));
	say("truncate", truncate("file", 5));
	say("fallocate", fallocate(fd, 0, 0, 4096));
	say("fallocate how", fallocate(fd, 1 << 20, 0, 4096));
	say_error("posix_fallocate", posix_fallocate(fd, 0, 8192));
	say_error("posix_fallocate of nothing", posix_fallocate(-1, 0, 8192));
	must("symlink", symlink("file", "link"));
	say("rename", rename("file", "file2"));
	say("renameat", renameat(AT_FDCWD, "file2", AT_FDCWD, "file"));
	say("renameat2", renameat2(AT_FDCWD, "file", AT_FDCWD, "dir", 1));
	say("creat", creat("dir/x", 0600));
	say("openat", openat(AT_FDCWD, "file", O_RDONLY));
	say("read", read(fd, target, 10));
	close(fd);
}

static int write_late(void *name)
{
	int fd;

	msleep(50);
	fd = must("open", open(name, O_WRONLY));
	return write(fd, "hello", 5) != 5;
}

/* Also then it is a helper of its own that waits, and can be left. */
static void wait_for_fifo(void)
{
	char some[8];
	pid_t child;
	int fd;

	must("mkfifo", mkfifo("fifo", 0600));
	ring_every(20, 0);
	say("interrupted", open("fifo", O_RDONLY));
	stop_ringing();
	child = start_child(write_late, "fifo");
	say("fifo", fd = open("fifo", O_RDONLY));
	say_bytes("read", read_enough(fd, some, 5), some);
	close(fd);
	end_child(child);
}

static void take_away(void)
{
	say("not empty", rmdir("file"));
	say("unlink", unlink("dir"));
	say("unlinkat", unlinkat(AT_FDCWD, "link", 0));
	say("again", unlink("link"));
	say("missing", rename("missing", "x"));
	say("missing", truncate("missing", 0));
}

int main(void)
{
	const char *wild = (const char *)16;

	errno = 0;
	change();
	ask("link");
	ask("missing");
	ask(wild);
	list(".");
	list("missing");
	wait_for_fifo();
	take_away();
	say("wild", open(wild, O_RDONLY));
	say("wild", unlink(wild));
	return 0;
}
