/* parks: sendfile splice */
/* Signals and time limits at a sendfile or splice: what was sent by then is the answer, nothing is lost of the rest. */
#include "tests/programs/sock.h"
#include <sys/sendfile.h>

#define SIZE 1000000

static int file, two[2], ends[2];

static long drain(int fd)
{
	static unsigned char bytes[65536];
	long total = 0;
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		if (!is_filled(bytes, (size_t)total, (size_t)n))
			return -1;
		total += n;
	}
	return total;
}

static void say_part(const char *what, long n, long of)
{
	say_whether(what, n > 0 && n < of);
}

/* What fits still: the end of the call may have come before the socket was full. Returns how much that was. */
static long top_up(off_t *offset)
{
	long total = 0, n;

	set_nonblocking(two[1], true);
	while ((n = sendfile(two[1], file, offset, SIZE)) > 0)
		total += n;
	set_nonblocking(two[1], false);
	return total;
}

static void file_interrupted(void)
{
	off_t offset = 0;
	long n;

	ring_every(50, 0);
	n = sendfile(two[1], file, &offset, SIZE);
	say_part("a part was sent", n, SIZE);
	say_whether("offset tells how much", offset == n);
	n += top_up(&offset);
	say("none of it fits", sendfile(two[1], file, &offset, SIZE));
	stop_ringing();
	say_whether("offset stays", offset == n);
	say_whether("all of it arrives", drain(two[0]) == n);
}

static void file_timed_out(void)
{
	struct timeval limit = {0, 100000}, none = {0, 0};
	off_t offset = 0;
	double start = now();
	long n;

	must("SO_SNDTIMEO", setsockopt(two[1], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)));
	n = sendfile(two[1], file, &offset, SIZE);
	say_part("a part in time", n, SIZE);
	n += top_up(&offset);
	say("none of it in time", sendfile(two[1], file, &offset, SIZE));
	say_waited("limit", start, 150);
	say_whether("all of it arrives", drain(two[0]) == n);
	must("SO_SNDTIMEO", setsockopt(two[1], SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none)));
}

static void fill_socket(void)
{
	static char bytes[65536];

	while (send(two[1], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void pipe_interrupted(void)
{
	unsigned char bytes[5000];
	long all = 0, n;

	fill_socket();
	must("pipe", pipe(ends));
	fill(bytes, 0, sizeof(bytes));
	must("write", write(ends[1], bytes, sizeof(bytes)));
	ring_every(50, 0);
	say("splice to a full socket", splice(ends[0], NULL, two[1], NULL, sizeof(bytes), 0));
	stop_ringing();
	set_nonblocking(ends[0], true);
	memset(bytes, 0, sizeof(bytes));
	while ((n = read(ends[0], bytes + all, sizeof(bytes) - (size_t)all)) > 0)
		all += n;
	say("still in the pipe", all);
	say_whether("as it was", is_filled(bytes, 0, sizeof(bytes)));
}

int main(void)
{
	static unsigned char bytes[SIZE];

	file = must("open", open("file", O_RDWR | O_CREAT, 0600));
	fill(bytes, 0, SIZE);
	must("write", write(file, bytes, SIZE));
	unix_pair(two, SOCK_STREAM);
	set_option(two[1], SO_SNDBUF, 65536); /* far less than the file, whatever is usual here */
	file_interrupted();
	file_timed_out();
	pipe_interrupted();
	return 0;
}
