/* parks: copy_file_range */
/* copy_file_range: short and long, with and without offsets, refused. A long one may be a helper thread's work. */
#include "tests/programs/say.h"
#include <sys/socket.h>

#define SIZE 3000000

int main(void)
{
	static unsigned char bytes[SIZE];
	int from = must("open", open("from", O_RDWR | O_CREAT, 0600)), to, ends[2];
	off64_t at = 1000, there = 5;

	to = must("open", open("to", O_RDWR | O_CREAT, 0600));
	must("pipe", pipe(ends));
	fill(bytes, 0, SIZE);
	must("write", write(from, bytes, SIZE));
	lseek(from, 0, SEEK_SET);
	errno = 0;
	say("short", copy_file_range(from, NULL, to, NULL, 1000, 0));
	say("long", copy_file_range(from, NULL, to, NULL, SIZE, 0));
	say_error("errno", errno);
	say("position", lseek(from, 0, SEEK_CUR));
	lseek(to, 0, SEEK_SET);
	say("arrived", read_slowly(to, 65536, 0));
	say("at the end", copy_file_range(from, NULL, to, NULL, SIZE, 0));
	say("with offsets", copy_file_range(from, &at, to, &there, SIZE, 0));
	say("offset", at);
	say("there", there);
	say("nothing", copy_file_range(from, &at, to, &there, 0, 0));
	say("to a pipe", copy_file_range(from, NULL, ends[1], NULL, SIZE, 0));
	say("from a pipe", copy_file_range(ends[0], NULL, to, NULL, SIZE, 0));
	say("from nowhere", copy_file_range(-1, NULL, to, NULL, SIZE, 0));
	say("to nowhere", copy_file_range(from, NULL, 1000, NULL, SIZE, 0));
	say("no such flag", copy_file_range(from, NULL, to, NULL, SIZE, 1));
	say("wild offset", copy_file_range(from, (off64_t *)16, to, NULL, SIZE, 0));
	return 0;
}
