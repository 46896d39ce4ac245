/* What is in the page cache is read at once; for what is not a helper OS thread comes to be, and reads it. */
#include "expect.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { SIZE = 1 << 20, PIECE = 65536 };

static char bytes[SIZE];
static int file;

static void *tick(void *unused)
{
	while (green_sleep(0.001) == 0)
		;
	return unused;
}

static int threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int n = -2; /* . and .. */

	while (readdir(tasks))
		n++;
	closedir(tasks);
	return n;
}

static long read_if_cached(void)
{
	struct iovec piece = {bytes, PIECE};

	return syscall(SYS_preadv2, file, &piece, 1, 0L, 0L, RWF_NOWAIT);
}

static bool is_cold(void)
{
	must("fsync", fsync(file));
	must("posix_fadvise", -posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
	return read_if_cached() < 0 && errno == EAGAIN;
}

/* Where it lies; /tmp may be kept in memory. */
static int make_file(void)
{
	char name[] = "/var/tmp/cold_reads.XXXXXX";
	int fd = (int)must("mkstemp", mkstemp(name));

	memset(bytes, 'x', sizeof(bytes));
	unlink(name);
	expect_equal("write", write(fd, bytes, sizeof(bytes)), SIZE);
	return fd;
}

static void expect_bytes(const char *what, long n)
{
	expect_equal(what, n, PIECE);
	for (int i = 0; i < PIECE; i++) {
		if (bytes[i] != 'x') {
			expect(what, false);
			break;
		}
	}
	memset(bytes, 0, PIECE);
}

int main(void)
{
	green_t *ticker;

	file = make_file();
	if (!is_cold()) /* nobody has company yet: fsync was native */
		return skip("this file system does not tell what is in the page cache");
	must("pread", pread(file, bytes, PIECE, 0));
	ticker = must_spawn(tick, NULL);
	expect_bytes("read of what is there", pread(file, bytes, PIECE, 0));
	expect_equal("threads", threads(), 1);
	must("posix_fadvise", -posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
	expect_bytes("read of what is not", syscall(SYS_pread64, file, bytes, PIECE, 0L));
	expect_equal("threads", threads(), 2);
	green_kill(ticker);
	must_join(ticker);
	return verdict();
}
