/*
 * Asynchronous I/O by greenlets: their requests have a priority, others run while they wait, who is killed leaves a
 * wait for any of his requests but not one for all of them, and an interrupted wait leaves nothing behind.
 */
#include "tests/linked/expect.h"
#include <aio.h>
#include <signal.h>

enum { MANY = 20 };

struct reader {
	int ends[2];
	char byte;
	struct aiocb request;
	bool is_done;
};

static struct reader readers[MANY];

/* What lay on the stack before is not to be taken for a priority. */
static __attribute__((noinline)) void leave_litter(void)
{
	volatile char litter[8192];

	for (size_t i = 0; i < sizeof(litter); i++)
		litter[i] = 0x5a;
}

static struct aiocb *prepare(struct reader *reader)
{
	if (!reader->ends[1])
		must("pipe", pipe(reader->ends));
	memset(&reader->request, 0, sizeof(reader->request));
	reader->request.aio_fildes = reader->ends[0];
	reader->request.aio_buf = &reader->byte;
	reader->request.aio_nbytes = 1;
	reader->request.aio_lio_opcode = LIO_READ;
	reader->request.aio_sigevent.sigev_notify = SIGEV_NONE;
	reader->is_done = false;
	return &reader->request;
}

static void give(const struct reader *reader)
{
	expect_equal("write", write(reader->ends[1], "x", 1), 1);
}

static void *read_one(void *arg)
{
	struct reader *reader = arg;
	const struct aiocb *request = prepare(reader);

	leave_litter();
	errno = 0;
	expect_equal("aio_read", aio_read(&reader->request), 0);
	expect_equal("errno", errno, 0);
	expect_equal("priority", reader->request.__abs_prio, 0);
	expect_equal("aio_suspend", aio_suspend(&request, 1, NULL), 0);
	expect_equal("aio_return", aio_return(&reader->request), 1);
	reader->is_done = true;
	return NULL;
}

static void read_all(void)
{
	green_t *g[MANY];

	for (int i = 0; i < MANY; i++)
		g[i] = must_spawn(read_one, &readers[i]);
	green_sleep(0.05);
	for (int i = MANY; i-- > 0;) {
		expect("not yet", !readers[i].is_done);
		give(&readers[i]);
		must_join(g[i]);
		expect("done", readers[i].is_done);
	}
}

static void *wait_for_any(void *arg)
{
	struct reader *reader = arg;
	const struct aiocb *request = &reader->request;

	expect_failure("aio_suspend", aio_suspend(&request, 1, NULL), ECANCELED);
	reader->is_done = true;
	return NULL;
}

static void kill_who_waits_for_any(void)
{
	struct reader *reader = &readers[0];
	green_t *g;

	expect_equal("aio_read", aio_read(prepare(reader)), 0);
	g = must_spawn(wait_for_any, reader);
	green_sleep(0.01);
	green_kill(g);
	must_join(g);
	expect_equal("aio_error", aio_error(&reader->request), EINPROGRESS);
	give(reader);
	while (aio_error(&reader->request) == EINPROGRESS)
		green_sleep(0.001);
}

static void *wait_for_all(void *unused)
{
	struct aiocb *list[] = {prepare(&readers[0]), prepare(&readers[1])};

	expect_equal("lio_listio", lio_listio(LIO_WAIT, list, 2, NULL), 0);
	readers[0].is_done = true;
	return unused;
}

static void kill_who_waits_for_all(void)
{
	green_t *g = must_spawn(wait_for_all, NULL);

	green_sleep(0.01);
	give(&readers[0]);
	green_kill(g);
	green_sleep(0.03);
	expect("still waits", !readers[0].is_done);
	give(&readers[1]);
	must_join(g);
	expect("done", readers[0].is_done);
}

/* Again and again: the first may come before the wait. */
static void *interrupt(void *is_over)
{
	while (!*(bool *)is_over) {
		green_sleep(0.01);
		kill(getpid(), SIGALRM);
	}
	return NULL;
}

static void take_note(int signo)
{
	(void)signo;
}

/* The requests end while other frames have the stack. */
static void interrupt_who_waits_for_all(void)
{
	struct sigaction action = {.sa_handler = take_note};
	struct aiocb *list[] = {prepare(&readers[0]), prepare(&readers[1])};
	bool is_over = false;
	green_t *g;

	must("sigaction", sigaction(SIGALRM, &action, NULL));
	g = must_spawn(interrupt, &is_over);
	expect_failure("lio_listio", lio_listio(LIO_WAIT, list, 2, NULL), EINTR);
	is_over = true;
	must_join(g);
	leave_litter();
	give(&readers[0]);
	give(&readers[1]);
	while (aio_error(list[0]) == EINPROGRESS || aio_error(list[1]) == EINPROGRESS)
		green_sleep(0.001);
	expect_equal("first", aio_return(list[0]), 1);
	expect_equal("second", aio_return(list[1]), 1);
}

int main(void)
{
	read_all();
	kill_who_waits_for_any();
	kill_who_waits_for_all();
	interrupt_who_waits_for_all();
	return verdict();
}
