/* parks: mq_send mq_timedsend mq_receive mq_timedreceive */
/* POSIX message queues: full, empty, timed, O_NONBLOCK, interrupted, and what they refuse. */
#include "tests/programs/say.h"
#include <mqueue.h>

static char bytes[16];
static unsigned priority;
static mqd_t queue, reads, writes, never; /* the same queue */

/* It has lost its name before anything can go wrong: a queue that outlived its program would use up the user's room. */
static void open_queue(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = sizeof(bytes)};
	char name[32];

	snprintf(name, sizeof(name), "/greenload-%d", (int)getpid());
	mq_unlink(name);
	queue = must("mq_open", mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes));
	reads = must("mq_open", mq_open(name, O_RDONLY));
	writes = must("mq_open", mq_open(name, O_WRONLY));
	never = must("mq_open", mq_open(name, O_RDWR | O_NONBLOCK));
	must("mq_unlink", mq_unlink(name));
}

static struct timespec after(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static int send_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(50);
	return mq_send(writes, "late", 4, 7);
}

static int receive_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(50);
	return mq_receive(reads, bytes, sizeof(bytes), NULL) < 0;
}

static void say_message(const char *what, long n)
{
	say_bytes(what, n, bytes);
	if (n >= 0)
		printf("priority: %u\n", priority);
}

static void wait_both_ways(void)
{
	struct timespec later = after(5000);
	double start = now();
	pid_t child = start_child(send_late, NULL);

	errno = 0;
	say_message("receive", mq_receive(queue, bytes, sizeof(bytes), &priority));
	say_error("errno", errno);
	say_waited("receive", start, 50);
	end_child(child);
	child = start_child(send_late, NULL);
	say_message("timed", mq_timedreceive(queue, bytes, sizeof(bytes), &priority, &later));
	end_child(child);

	say("send", mq_send(queue, "one", 3, 1));
	say("send", mq_timedsend(queue, "two", 3, 2, &later));
	start = now();
	child = start_child(receive_late, NULL);
	say("send to full", mq_send(queue, "three", 5, 1));
	say_waited("send", start, 50);
	end_child(child);
	child = start_child(receive_late, NULL);
	say("timed to full", mq_timedsend(queue, "four", 4, 9, &later));
	end_child(child);
	say_message("urgent", mq_receive(queue, bytes, sizeof(bytes), &priority));
	say_message("other", mq_receive(queue, bytes, sizeof(bytes), &priority));
}

static void time_out(void)
{
	double start = now();
	struct timespec at = after(60), past = {1000, 0}, none = {0, 1000000000}, negative = {-1, 0};

	say("nothing came", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &at));
	say_waited("receive", start, 55);
	say("too late", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &past));
	say("no time", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &none));
	say("negative", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &negative));
	say("nowhere", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, (struct timespec *)16));
	must("mq_send", mq_send(queue, "a", 1, 0));
	say("too late, but there", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &past));
	must("mq_send", mq_send(queue, "a", 1, 0));
	say("no time, though there", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &none));
	must("mq_receive", mq_receive(queue, bytes, sizeof(bytes), NULL));
	must("mq_send", mq_send(queue, "a", 1, 0));
	must("mq_send", mq_send(queue, "b", 1, 0));
	at = after(60);
	say("no room", mq_timedsend(queue, "c", 1, 0, &at));
	say("no time", mq_timedsend(queue, "c", 1, 0, &none));
	must("mq_receive", mq_receive(queue, bytes, sizeof(bytes), NULL));
	must("mq_receive", mq_receive(queue, bytes, sizeof(bytes), NULL));
}

static void refuse(void)
{
	say("write only", mq_receive(writes, bytes, sizeof(bytes), NULL));
	say("read only", mq_send(reads, "a", 1, 0));
	say("no queue", mq_send(1000, "a", 1, 0));
	say("no queue", mq_receive(STDIN_FILENO, bytes, sizeof(bytes), NULL));
	say("too small", mq_receive(queue, bytes, 1, NULL));
	say("too large", mq_send(queue, bytes, sizeof(bytes) + 1, 0));
	say("too urgent", mq_send(queue, "a", 1, 1u << 20));
	say("empty, not to wait", mq_receive(never, bytes, sizeof(bytes), NULL));
	must("mq_send", mq_send(never, "a", 1, 0));
	must("mq_send", mq_send(never, "b", 1, 0));
	say("full, not to wait", mq_send(never, "c", 1, 0));
	must("mq_receive", mq_receive(queue, bytes, sizeof(bytes), NULL));
	must("mq_receive", mq_receive(queue, bytes, sizeof(bytes), NULL));
}

static void interrupt(void)
{
	pid_t child;

	ring_every(20, 0);
	say("interrupted", mq_receive(queue, bytes, sizeof(bytes), NULL));
	stop_ringing();
	child = start_child(send_late, NULL);
	ring_every(20, SA_RESTART);
	say_message("restarted", mq_receive(queue, bytes, sizeof(bytes), &priority));
	stop_ringing();
	end_child(child);
}

int main(void)
{
	open_queue();
	wait_both_ways();
	time_out();
	refuse();
	interrupt();
	return 0;
}
