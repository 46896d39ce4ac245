/* parks: fsync fdatasync sync_file_range msync syncfs sync */
/* helpers: fsync fdatasync sync_file_range msync syncfs sync */
/* Reading files that are in the page cache in part or not at all, and writing them back. */
#include "tests/programs/say.h"
#include <sys/mman.h>
#include <sys/uio.h>

#define SIZE ((size_t)1 << 20)

static unsigned char bytes[SIZE + 100];
static int file;

/* Writes nothing back by itself: what is dirty stays. */
static void cool(void)
{
	say("fsync", fsync(file));
	must("posix_fadvise", -posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
}

static void say_read(const char *what, size_t position, long n)
{
	say(what, n);
	if (n > 0)
		say_whether("right", is_filled(bytes, position, (size_t)n));
	memset(bytes, 0, sizeof(bytes));
}

static void say_position(int fd)
{
	printf("position: %ld\n", (long)lseek(fd, 0, SEEK_CUR));
}

static void make_file(void)
{
	file = must("open", open("file", O_RDWR | O_CREAT | O_TRUNC, 0600));
	fill(bytes, 0, SIZE);
	say("write", write(file, bytes, SIZE));
}

static void read_all(size_t piece)
{
	int fd = must("open", open("file", O_RDONLY));
	size_t total = 0;
	ssize_t n;

	cool();
	while ((n = read(fd, bytes + total, piece)) > 0) {
		if ((size_t)n != piece && total + (size_t)n != SIZE)
			printf("short: %zd at %zu\n", n, total);
		total += (size_t)n;
	}
	say_read("all", 0, n < 0 ? n : (long)total);
	say_position(fd);
	close(fd);
}

/* A page in the midst of what is read is there already. */
static void read_in_part(void)
{
	int fd = must("open", open("file", O_RDONLY));
	struct iovec two[] = {{bytes, 1000}, {bytes + 1000, 200000}};

	cool();
	must("pread", pread(fd, bytes, 1, 0));
	say_read("read", 0, read(fd, bytes, 300000));
	say_position(fd);
	cool();
	say_read("pread", 500000, pread(fd, bytes, 1, 500000));
	say_read("around it", 400000, pread(fd, bytes, 300000, 400000));
	cool();
	say_read("readv", 300000, readv(fd, two, 2));
	say_position(fd);
	cool();
	say_read("preadv", 700000, preadv(fd, two, 2, 700000));
	cool();
	say_read("preadv2", 100, preadv2(fd, two, 2, 100, 0));
	cool();
	say_read("preadv2 here", 501000, preadv2(fd, two, 2, -1, 0));
	say_position(fd);
	close(fd);
}

static void read_the_end(void)
{
	int fd = must("open", open("file", O_RDONLY));
	size_t volatile count = 5000;
	void *volatile wild = (void *)16;

	cool();
	say_read("the end", SIZE - 100, pread(fd, bytes, count, SIZE - 100));
	say_read("beyond", 0, pread(fd, bytes, count, SIZE + 100));
	lseek(fd, -100, SEEK_END);
	cool();
	say_read("the end", SIZE - 100, read(fd, bytes, count));
	say_position(fd);
	say_read("beyond", 0, read(fd, bytes, count));
	cool();
	say("of nothing", pread(fd, bytes, 0, 0));
	say("before the file", pread(fd, bytes, 10, -1));
	say("before the file", preadv(fd, &(struct iovec){bytes, 10}, 1, -1));
	say("to nowhere", pread(fd, wild, 10, 0));
	say("of no file", pread(-1, bytes, 10, 0));
	close(fd);
	fd = must("open", open("file", O_WRONLY));
	say("write only", pread(fd, bytes, 10, 0));
	close(fd);
	fd = must("open", open(".", O_RDONLY));
	say("a directory", pread(fd, bytes, 10, 0));
	close(fd);
}

static int read_some(void *fd)
{
	return read(*(int *)fd, bytes, 1000) != 1000;
}

/* The position is the child's too. */
static void share(void)
{
	int fd = must("open", open("file", O_RDONLY));
	pid_t child = start_child(read_some, &fd);

	end_child(child);
	cool();
	say_read("behind the child", 1000, read(fd, bytes, 100000));
	say_position(fd);
	close(fd);
}

static void write_back(void)
{
	void *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	int ends[2];

	must("pipe", pipe(ends));
	errno = 0;
	say("fdatasync", fdatasync(file));
	say("sync_file_range", sync_file_range(file, 0, 4096, SYNC_FILE_RANGE_WRITE));
	say("msync", msync(map, SIZE, MS_SYNC));
	say("syncfs", syncfs(file));
	sync();
	say_error("errno", errno);
	say("fsync of a pipe", fsync(ends[0]));
	say("fdatasync of nothing", fdatasync(-1));
	say("sync_file_range how", sync_file_range(file, 0, 4096, 999));
	say("msync how", msync(map, SIZE, 999));
	munmap(map, SIZE);
	say("msync of nothing", msync(NULL, SIZE, MS_SYNC)); /* where nobody's memory can come to be meanwhile */
	say("syncfs of nothing", syncfs(-1));
}

int main(void)
{
	make_file();
	read_all(1000);
	read_all(65536);
	read_all(300001);
	read_in_part();
	read_the_end();
	share();
	write_back();
	return 0;
}
