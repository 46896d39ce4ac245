/*
 * What is in the page cache is read at once. What is not the kernel fetches by itself, without a thread; where there is
 * no io_uring, a helper OS thread comes to be, and reads it.
 */
#include "tests/linked/expect.h"
#include "tests/os_threads.h"
#include "tests/refuse.h"
#include <dirent.h>
#include <fcntl.h>
#include <liburing.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { SIZE = 1 << 20, PIECE = 65536 };

static char bytes[SIZE];
static int file;

static void *tick(void *unused)
{
	while (green_sleep(0.001) == 0)
		;
	return unused;
}

/* One that the kernel has for io_uring, where it does not find another way to wait. */
static bool is_kernels(const char *task)
{
	char path[300], name[8] = {0};
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return true; /* it has ended */
	n = read(fd, name, sizeof(name) - 1);
	close(fd);
	return n < 0 || strcmp(name, "iou-wrk") == 0;
}

/* The list has the kernel's own for io_uring in it, but not greenload's. */
static int threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *task;
	int n = count_os_threads();

	while ((task = readdir(tasks)))
		n -= task->d_name[0] != '.' && is_kernels(task->d_name);
	closedir(tasks);
	return n;
}

static long read_if_cached(void)
{
	struct iovec piece = {bytes, PIECE};

	return syscall(SYS_preadv2, file, &piece, 1, 0L, 0L, RWF_NOWAIT);
}

/* Asks without reading, as a read may bring what is not there. */
static bool is_cached(void)
{
	unsigned char pages[SIZE / 4096] = {0};
	void *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, file, 0);

	must("mmap", map == MAP_FAILED ? -1 : 0);
	must("mincore", mincore(map, SIZE, pages));
	munmap(map, SIZE);
	for (size_t i = 0; i < sizeof(pages); i++)
		if (pages[i] & 1)
			return true;
	return false;
}

/* The kernel drops what it can: a page that is in use just now stays. */
static void make_cold(void)
{
	for (int i = 0; i < 20; i++) {
		must("posix_fadvise", -posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
		if (!is_cached())
			break;
		usleep(10000);
	}
}

static bool is_cold(void)
{
	must("fsync", fsync(file));
	make_cold();
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

static bool has_ring(void)
{
	struct io_uring ring;

	if (io_uring_queue_init(1, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) < 0)
		return false;
	io_uring_queue_exit(&ring);
	return true;
}

/* At the file's own position twice: the second time some of it may be cached. */
static int read_all(bool by_ring)
{
	green_t *ticker;

	must("pread", pread(file, bytes, PIECE, 0)); /* nobody has company yet */
	ticker = must_spawn(tick, NULL);
	expect_bytes("read of what is there", pread(file, bytes, PIECE, 0));
	expect_equal("threads", threads(), 1);
	make_cold();
	expect_bytes("read of what is not", syscall(SYS_pread64, file, bytes, PIECE, 0L));
	expect("a helper has come to be where there is no io_uring", by_ring == (threads() == 1));
	make_cold();
	must("lseek", lseek(file, PIECE, SEEK_SET));
	expect_bytes("read here", read(file, bytes, PIECE));
	expect_bytes("and behind it", read(file, bytes, PIECE));
	expect_equal("position", lseek(file, 0, SEEK_CUR), 3 * PIECE);
	green_kill(ticker);
	must_join(ticker);
	return verdict();
}

static int read_without_ring(void)
{
	if (!refuse_call(SYS_io_uring_setup))
		return SKIPPED;
	file = make_file();
	return is_cold() ? read_all(false) : EXIT_FAILURE;
}

static int status_without_ring(void)
{
	pid_t child = (pid_t)must("fork", fork());
	int status;

	if (child == 0)
		exit(read_without_ring());
	must("waitpid", waitpid(child, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int main(void)
{
	int status;

	file = make_file();
	if (!is_cold()) /* nobody has company yet: fsync was native */
		return skip("this file system does not tell what is in the page cache");
	status = status_without_ring();
	if (status != EXIT_SUCCESS)
		return status;
	return read_all(has_ring());
}
