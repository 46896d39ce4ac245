/* never parks: read write readv writev preadv2 pwritev2 */
/* Files, directories and the memory devices never keep anybody waiting. */
#include "tests/programs/say.h"
#include <sys/uio.h>

int main(void)
{
	static unsigned char bytes[100000];
	struct iovec iov = {bytes, sizeof(bytes)};
	int fd = must("open", open("file", O_RDWR | O_CREAT, 0600));
	int zero = must("open", open("/dev/zero", O_RDWR)), null = must("open", open("/dev/null", O_RDWR));

	fill(bytes, 0, sizeof(bytes));
	say("write", write(fd, bytes, sizeof(bytes)));
	say("writev", writev(fd, &iov, 1));
	say("position", lseek(fd, 0, SEEK_CUR));
	say("end", read(fd, bytes, sizeof(bytes)));
	lseek(fd, 100000, SEEK_SET);
	say("read", read(fd, bytes, sizeof(bytes)));
	say_whether("the same bytes", is_filled(bytes, 0, sizeof(bytes)));
	lseek(fd, 0, SEEK_SET);
	say("readv", readv(fd, &iov, 1));
	say("preadv2", preadv2(fd, &iov, 1, -1, 0));
	say("pwritev2", pwritev2(fd, &iov, 1, -1, 0));
	say("zero", read(zero, bytes, sizeof(bytes)));
	say("to zero", write(zero, bytes, sizeof(bytes)));
	say("null", read(null, bytes, sizeof(bytes)));
	say("to null", writev(null, &iov, 1));
	return 0;
}
