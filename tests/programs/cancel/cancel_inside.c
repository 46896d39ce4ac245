/* Threads that are cancelled in a call that waits: as it is, and made by libc itself. */
#include "tests/programs/say.h"
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

static int ends[2];
static FILE *in;
static int cleaned;
static volatile bool counts, is_cancelled;

static void clean(void *unused)
{
	(void)unused;
	cleaned++;
}

static void *wait_in_read(void *unused)
{
	char byte;

	pthread_cleanup_push(clean, NULL);
	say("read", read(ends[0], &byte, 1));
	pthread_cleanup_pop(0);
	return unused;
}

static void *wait_in_fgets(void *unused)
{
	char line[8];

	pthread_cleanup_push(clean, NULL);
	say_whether("line", fgets(line, sizeof(line), in));
	pthread_cleanup_pop(0);
	return unused;
}

static void *wait_in_poll(void *unused)
{
	struct pollfd entry = {.fd = ends[0], .events = POLLIN};

	pthread_cleanup_push(clean, NULL);
	say("poll", poll(&entry, 1, -1));
	pthread_cleanup_pop(0);
	return unused;
}

static void *wait_in_recv(void *unused)
{
	char byte;

	pthread_cleanup_push(clean, NULL);
	say("recv", recv(ends[0], &byte, 1, 0));
	pthread_cleanup_pop(0);
	return unused;
}

static void *wait_in_sleep(void *unused)
{
	pthread_cleanup_push(clean, NULL);
	say("sleep", sleep(10));
	pthread_cleanup_pop(0);
	return unused;
}

static void *wait_in_wait(void *unused)
{
	pthread_cleanup_push(clean, NULL);
	say("waitpid", waitpid(-1, NULL, 0));
	pthread_cleanup_pop(0);
	return unused;
}

/* One that lets itself not be cancelled reads to the end, and goes when it allows it again. */
static void *read_on(void *unused)
{
	char byte;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_push(clean, NULL);
	say("read nevertheless", read(ends[0], &byte, 1));
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	pthread_testcancel();
	puts("not cancelled");
	pthread_cleanup_pop(0);
	return unused;
}

/* After a call the type is as it was: what is no cancellation point does not end the thread. */
static void *count_on(void *unused)
{
	char byte;
	int type;

	say("read before", read(ends[0], &byte, 1));
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	say_whether("deferred", type == PTHREAD_CANCEL_DEFERRED);
	pthread_cleanup_push(clean, NULL);
	counts = true;
	while (!is_cancelled)
		;
	for (volatile long i = 0; i < 1000000; i++)
		;
	puts("counted");
	pthread_testcancel();
	puts("not cancelled");
	pthread_cleanup_pop(0);
	return unused;
}

static void cancel_in(const char *what, void *(*wait)(void *), const char *byte)
{
	pthread_t thread;
	void *result;

	cleaned = 0;
	counts = is_cancelled = false;
	must("write", write(ends[1], byte, byte && wait == count_on));
	must("pthread_create", -pthread_create(&thread, NULL, wait, NULL));
	do
		msleep(50);
	while (wait == count_on && !counts);
	say_error(what, pthread_cancel(thread));
	is_cancelled = true;
	msleep(byte ? 20 : 0);
	must("write", write(ends[1], byte, byte && wait != count_on));
	must("pthread_join", -pthread_join(thread, &result));
	say_whether("cancelled", result == PTHREAD_CANCELED);
	say("cleaned", cleaned);
}

/* Until its parent has closed the other end. */
static int stay(void *stays)
{
	char byte;

	close(((int *)stays)[1]);
	return (int)read(((int *)stays)[0], &byte, 1);
}

int main(void)
{
	int stays[2];
	pid_t child;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	must("pipe", pipe(stays));
	in = fdopen(dup(ends[0]), "r");
	child = start_child(stay, stays);
	cancel_in("read", wait_in_read, NULL);
	cancel_in("fgets", wait_in_fgets, NULL);
	say_whether("unlocked", ftrylockfile(in) == 0);
	cancel_in("poll", wait_in_poll, NULL);
	cancel_in("recv", wait_in_recv, NULL);
	cancel_in("sleep", wait_in_sleep, NULL);
	cancel_in("waitpid", wait_in_wait, NULL);
	cancel_in("read", read_on, "x");
	cancel_in("count", count_on, "x");
	close(stays[1]);
	end_child(child);
	return 0;
}
