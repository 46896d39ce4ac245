/* patch: all,file */
/* parks: openat fstatat statx faccessat readlinkat renameat2 unlinkat mkdirat truncate ftruncate fallocate fsync */
/* parks: fdatasync sync_file_range msync syncfs */
/* syscall() with the numbers of the calls on files that helpers make, and of reads at a position. */
#include "tests/programs/say.h"
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

static char bytes[32];

static void change(void)
{
	int fd = must("openat", syscall(SYS_openat, (long)AT_FDCWD, "file", (long)(O_CREAT | O_RDWR), 0600L));

	say("mkdirat", syscall(SYS_mkdirat, (long)AT_FDCWD, "dir", 0700L));
	must("write", write(fd, "0123456789", 10));
	say("ftruncate", syscall(SYS_ftruncate, fd, 9L));
	say("truncate", syscall(SYS_truncate, "file", 8L));
	say("fallocate", syscall(SYS_fallocate, fd, 0L, 0L, 12L));
	say("fallocate how", syscall(SYS_fallocate, fd, 1L << 20, 0L, 12L));
	say("renameat2", syscall(SYS_renameat2, (long)AT_FDCWD, "file", (long)AT_FDCWD, "new", 0L));
	say("renameat2, taken", syscall(SYS_renameat2, (long)AT_FDCWD, "new", (long)AT_FDCWD, "dir", 1L));
	close(fd);
}

static void ask(const char *path)
{
	struct stat st = {0};
	struct statx stx = {0};

	say("newfstatat", syscall(SYS_newfstatat, (long)AT_FDCWD, path, &st, 0L));
	say("size", (long)st.st_size);
	say("statx", syscall(SYS_statx, (long)AT_FDCWD, path, 0L, (long)STATX_SIZE, &stx));
	say("size", (long)stx.stx_size);
	say("faccessat", syscall(SYS_faccessat, (long)AT_FDCWD, path, (long)R_OK, 12345L));
	say("faccessat2", syscall(SYS_faccessat2, (long)AT_FDCWD, path, (long)R_OK, (long)AT_EACCESS));
	say("readlinkat", syscall(SYS_readlinkat, (long)AT_FDCWD, path, bytes, (long)sizeof(bytes)));
}

static void write_back(void)
{
	int fd = must("open", open("new", O_RDWR));
	long page = sysconf(_SC_PAGESIZE);
	void *there = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	say("fsync", syscall(SYS_fsync, fd));
	say("fsync of nothing", syscall(SYS_fsync, -1));
	say("fdatasync", syscall(SYS_fdatasync, fd));
	say("sync_file_range", syscall(SYS_sync_file_range, fd, 0L, 8L, 2L));
	say("sync_file_range how", syscall(SYS_sync_file_range, fd, 0L, 8L, 77L));
	say("msync", syscall(SYS_msync, there, page, (long)MS_SYNC));
	say("msync of nothing", syscall(SYS_msync, 0L, page, (long)MS_SYNC));
	say("syncfs", syscall(SYS_syncfs, fd));
	close(fd);
}

/* The position takes two arguments, the second of which counts on narrower machines. */
static void read_at(void)
{
	struct iovec iov = {bytes, 4};
	int fd = must("open", open("new", O_RDONLY));

	say_bytes("pread64", syscall(SYS_pread64, fd, bytes, 3L, 2L), bytes);
	say_bytes("preadv", syscall(SYS_preadv, fd, &iov, 1L, 3L, 0L), bytes);
	say("pread64 of nothing", syscall(SYS_pread64, -1, bytes, 3L, 2L));
	close(fd);
}

static int write_late(void *name)
{
	int fd;

	until_asleep(getppid());
	msleep(50);
	fd = must("open", open(name, O_WRONLY));
	return write(fd, "hello", 5) != 5;
}

static void open_fifo(const char *what, unsigned long long resolve)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = resolve};
	double start = now();
	pid_t child = start_child(write_late, "fifo");
	long fd = syscall(SYS_openat2, (long)AT_FDCWD, "fifo", &how, sizeof(how));

	say_whether(what, fd >= 0);
	say_waited(what, start, 50);
	say_bytes("read", read_enough((int)fd, bytes, 5), bytes);
	close((int)fd);
	end_child(child);
}

static void open_as_told(void)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_NO_SYMLINKS}, wrong = {.flags = ~0ull};

	must("mkfifo", mkfifo("fifo", 0600));
	open_fifo("openat2", 0);
	open_fifo("openat2, no links", RESOLVE_NO_SYMLINKS);
	ring_every(10, 0);
	say("interrupted", syscall(SYS_openat2, (long)AT_FDCWD, "fifo", &how, sizeof(how)));
	stop_ringing();
	say("through a link", syscall(SYS_openat2, (long)AT_FDCWD, "link", &how, sizeof(how)));
	say("wrong flags", syscall(SYS_openat2, (long)AT_FDCWD, "new", &wrong, sizeof(wrong)));
	say("too short", syscall(SYS_openat2, (long)AT_FDCWD, "new", &how, 8L));
	say("told by nobody", syscall(SYS_openat2, (long)AT_FDCWD, "new", 16L, sizeof(how)));
}

static void take_away(void)
{
	say("unlinkat", syscall(SYS_unlinkat, (long)AT_FDCWD, "new", 0L));
	say("again", syscall(SYS_unlinkat, (long)AT_FDCWD, "new", 0L));
	say("a directory", syscall(SYS_unlinkat, (long)AT_FDCWD, "dir", (long)AT_REMOVEDIR));
}

int main(void)
{
	change();
	must("symlink", symlink("new", "link"));
	ask("link");
	ask("missing");
	write_back();
	read_at();
	open_as_told();
	take_away();
	return 0;
}
