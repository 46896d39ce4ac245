/* A file that is read past the page cache (O_DIRECT) makes each read wait for the disk: others run meanwhile. */
#include "tests/linked/expect.h"
#include <fcntl.h>
#include <sys/uio.h>

enum { SIZE = 1 << 16, PIECE = 4096 };

static unsigned long turns;
static char *bytes;

static void *take_turns(void *ended)
{
	while (!*(volatile bool *)ended) {
		turns++;
		green_yield();
	}
	return NULL;
}

/* Where it lies; /tmp may be kept in memory. */
static int make_file(void)
{
	char name[] = "/var/tmp/direct_reads.XXXXXX";
	int fd = (int)must("mkstemp", mkstemp(name)), direct;

	direct = open(name, O_RDONLY | O_DIRECT);
	unlink(name);
	memset(bytes, 'x', SIZE);
	expect_equal("write", write(fd, bytes, SIZE), SIZE);
	must("fsync", fsync(fd));
	close(fd);
	return direct;
}

static long pread_piece(int fd)
{
	return pread(fd, bytes, PIECE, PIECE);
}

static long preadv_two(int fd)
{
	return preadv(fd, (struct iovec[]){{bytes, PIECE}, {bytes + PIECE, PIECE}}, 2, 0);
}

static long preadv2_one(int fd)
{
	return preadv2(fd, &(struct iovec){bytes, PIECE}, 1, PIECE, RWF_HIPRI);
}

/* Without preadv2, as in an old kernel, libc refuses any flag. */
static bool has_flags;

static long pread_end(int fd)
{
	return pread(fd, bytes, SIZE, SIZE - PIECE);
}

static long read_some(int fd)
{
	must("lseek", lseek(fd, PIECE, SEEK_SET));
	return read(fd, bytes, 3 * PIECE);
}

static long readv_here(int fd)
{
	must("lseek", lseek(fd, 0, SEEK_SET));
	return readv(fd, &(struct iovec){bytes, PIECE}, 1);
}

/* A helper thread may be so quick that nobody waits for it, but not always. */
static void expect_others_run(const char *what, long (*call)(int fd), int fd, long expected)
{
	unsigned long before = turns;
	int tries;

	for (tries = 0; tries < 100 && turns == before; tries++) {
		memset(bytes, 0, SIZE);
		expect_equal(what, call(fd), expected);
		expect(what, bytes[0] == 'x' && bytes[expected - 1] == 'x');
	}
	expect(what, turns > before);
}

static void read_all(int fd)
{
	expect_others_run("pread", pread_piece, fd, PIECE);
	expect_others_run("preadv", preadv_two, fd, 2 * PIECE);
	if (has_flags)
		expect_others_run("preadv2", preadv2_one, fd, PIECE);
	expect_others_run("the end", pread_end, fd, PIECE);
	expect_equal("beyond", pread(fd, bytes, PIECE, SIZE), 0);
	expect_others_run("read", read_some, fd, 3 * PIECE);
	expect_equal("position", lseek(fd, 0, SEEK_CUR), 4 * PIECE);
	expect_others_run("readv", readv_here, fd, PIECE);
	expect_equal("position", lseek(fd, 0, SEEK_CUR), PIECE);
}

static void read_as_usual(int fd)
{
	unsigned long before;

	must("fcntl", fcntl(fd, F_SETFL, 0));
	expect_equal("fetched", pread(fd, bytes, PIECE, 0), PIECE);
	before = turns;
	expect_equal("cached", pread(fd, bytes, PIECE, 0), PIECE);
	expect("nobody has run", turns == before);
	must("fcntl", fcntl(fd, F_SETFL, O_DIRECT));
	expect_others_run("direct again", pread_piece, fd, PIECE);
}

int main(void)
{
	bool ended = false;
	green_t *other;
	int early;

	bytes = aligned_alloc(PIECE, SIZE);
	early = make_file(); /* nobody has seen how it was opened: there are no greenlets yet */
	if (early < 0)
		return skip("this file system has no O_DIRECT");
	has_flags = preadv2_one(early) == PIECE;
	other = must_spawn(take_turns, &ended);
	expect_others_run("an early one", pread_piece, early, PIECE);
	read_as_usual(early);
	read_all((int)must("open", make_file()));
	ended = true;
	must_join(other);
	return verdict();
}
