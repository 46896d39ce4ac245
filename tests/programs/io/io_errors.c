/* Bad arguments of the calls that read and write: each is refused as the man pages say, and none waits. */
#include "tests/programs/say.h"
#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void try_calls(const char *what, int fd, void *bytes, size_t count)
{
	struct iovec iov = {bytes, count};

	printf("%s\n", what);
	say("read", read(fd, bytes, count));
	say("write", write(fd, bytes, count));
	say("readv", readv(fd, &iov, 1));
	say("writev", writev(fd, &iov, 1));
	say("preadv2", preadv2(fd, &iov, 1, -1, 0));
	say("pwritev2", pwritev2(fd, &iov, 1, -1, 0));
}

static void try_vectors(const char *what, int fd, const struct iovec *iov, int n)
{
	printf("%s\n", what);
	say("readv", readv(fd, iov, n));
	say("writev", writev(fd, iov, n));
	say("preadv2", preadv2(fd, iov, n, -1, 0));
	say("pwritev2", pwritev2(fd, iov, n, -1, 0));
}

int main(void)
{
	static struct iovec many[IOV_MAX + 1];
	char bytes[8] = "1234567";
	struct iovec huge[] = {{bytes, SSIZE_MAX}, {bytes, SSIZE_MAX}}, wild = {(void *)16, 8};
	struct iovec *volatile nowhere = (struct iovec *)16;
	int two[2], ends[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	must("pipe", pipe(ends));
	must("write", write(two[1], "abcdefgh", 8));
	try_calls("not open", 1000, bytes, sizeof(bytes));
	try_calls("negative", -1, bytes, sizeof(bytes));
	try_calls("no bytes", two[0], bytes, 0);
	try_calls("no bytes at a wild place", two[0], (void *)16, 0);
	try_calls("a wild place", two[0], (void *)16, 8);
	say("read from the writing end", read(ends[1], bytes, 1));
	say("write to the reading end", write(ends[0], bytes, 1));
	say("read a directory", read(must("open", open("/", O_RDONLY | O_DIRECTORY)), bytes, 1));
	try_vectors("no vectors", two[0], many, 0);
	try_vectors("fewer than none", two[0], many, -1);
	try_vectors("too many", two[0], many, IOV_MAX + 1);
	try_vectors("too long", two[0], huge, 2);
	try_vectors("a wild vector", two[0], &wild, 1);
	try_vectors("vectors in a wild place", two[0], nowhere, 1);
	return 0;
}
