/* lone_read COUNT: read of one byte from /dev/zero, over and over; run natively and preloaded. */
#include "bench.h"
#include <fcntl.h>
#include <unistd.h>

static void read_bytes(int fd, size_t count)
{
	char byte;

	while (count-- > 0)
		if (read(fd, &byte, 1) != 1)
			err(1, "read");
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	int fd = open("/dev/zero", O_RDONLY);
	uint64_t begun;

	if (fd < 0)
		err(1, "/dev/zero");
	read_bytes(fd, count / 10 + 1);
	begun = now();
	read_bytes(fd, count);
	print_figure("read", (double)(now() - begun) / (double)count, "ns");
	return 0;
}
