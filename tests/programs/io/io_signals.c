/* parks: read write readv */
/* A signal handler ends a waiting call with EINTR, unless it was set with SA_RESTART, or part of the work is done. */
#include "tests/programs/say.h"
#include <sys/eventfd.h>
#include <sys/uio.h>

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(300);
	return write(ends[1], "x", 1) != 1;
}

/* SIGALRM every 40 ms at a write of more than fits: what was written by then is the answer. */
static void write_interrupted(void)
{
	static unsigned char bytes[200000];
	ssize_t n, more;

	ring_every(40, 0);
	n = write(ends[1], bytes, sizeof(bytes));
	stop_ringing();
	say_whether("a part was written", n > 0 && n < (ssize_t)sizeof(bytes));
	while ((more = write_at_once(ends[1], bytes, 1)) > 0)
		n += more;
	ring_every(40, 0);
	say("write to the full pipe", write(ends[1], bytes, sizeof(bytes)));
	stop_ringing();
	set_nonblocking(ends[0], true);
	while (n > 0) {
		ssize_t got = read(ends[0], bytes, sizeof(bytes));

		if (got <= 0)
			break;
		n -= got;
	}
	say("bytes unaccounted for", n);
	set_nonblocking(ends[0], false);
}

static void interrupted(void)
{
	char bytes[8];
	struct iovec iov = {bytes, sizeof(bytes)};

	ring_every(40, 0);
	say("read", read(ends[0], bytes, sizeof(bytes)));
	say("readv", readv(ends[0], &iov, 1));
	say("read an eventfd", read(must("eventfd", eventfd(0, 0)), bytes, 8));
	stop_ringing();
	say_whether("rings", rings >= 3);
}

static void restarted(void)
{
	char bytes[8];
	pid_t child;

	ring_every(40, SA_RESTART); /* the child has no timer */
	child = start_child(write_late, NULL);
	say_bytes("read", read(ends[0], bytes, sizeof(bytes)), bytes);
	stop_ringing();
	say_whether("rings", rings >= 1);
	end_child(child);
}

int main(void)
{
	must("pipe", pipe(ends));
	interrupted();
	restarted();
	write_interrupted();
	return 0;
}
