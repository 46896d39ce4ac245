/* parks: io_getevents */
/* The kernel's own asynchronous I/O by libaio: events waited for, at once, for a time, interrupted. */
#include "tests/programs/say.h"
#include <libaio.h>
#include <poll.h>

static io_context_t context;
static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep(40);
	return write(ends[1], "x", 1) != 1;
}

static void say_events(const char *what, struct timespec *limit)
{
	struct io_event event = {0};
	int n;

	errno = 0;
	n = io_getevents(context, 1, 1, &event, limit);
	if (n < 0)
		printf("%s: %s\n", what, strerror(-n));
	else
		printf("%s: %d\n", what, n);
	if (n > 0)
		say("  result", (long)event.res);
	say_error("errno", errno);
}

static void poll_the_pipe(struct iocb *request)
{
	io_prep_poll(request, ends[0], POLLIN);
	say("submit", io_submit(context, 1, &request));
}

int main(void)
{
	struct iocb request;
	double start;
	pid_t child;

	must("pipe", pipe(ends));
	say("setup", io_setup(8, &context));
	say_events("at once", &(struct timespec){0, 0});
	start = now();
	say_events("for a time", &(struct timespec){0, 30000000});
	say_waited("for a time", start, 30);
	poll_the_pipe(&request);
	start = now();
	child = start_child(write_late, NULL);
	say_events("until it is ready", NULL);
	say_waited("until it is ready", start, 40);
	end_child(child);
	ring_every(20, SA_RESTART);
	say_events("interrupted", &(struct timespec){5, 0});
	stop_ringing();
	say("none wanted", io_getevents(context, 0, 1, NULL, NULL));
	say("destroy", io_destroy(context));
	return 0;
}
