/* parks: aio_read aio_write aio_fsync aio_suspend lio_listio */
/* Asynchronous I/O: requests done at once and late, waiting for any or all of them, limits, signals, wrong arguments.
 */
#include "tests/programs/late.h"
#include <aio.h>

enum { FEW = 3 };

static char blocks[FEW][16];
static struct aiocb requests[FEW];
static const struct aiocb *const list[FEW] = {&requests[0], NULL, &requests[2]};
static volatile sig_atomic_t notes;
static int file;

static struct aiocb *prepare(int i, int fd, int operation)
{
	memset(&requests[i], 0, sizeof(requests[i]));
	requests[i].aio_fildes = fd;
	requests[i].aio_buf = blocks[i];
	requests[i].aio_nbytes = sizeof(blocks[i]);
	requests[i].aio_lio_opcode = operation;
	requests[i].aio_sigevent.sigev_notify = SIGEV_NONE;
	return &requests[i];
}

/* By then it is done. */
static void say_done(const char *what, int i)
{
	int error = aio_error(&requests[i]);

	say_error(what, error);
	errno = error;
	say_bytes(what, aio_return(&requests[i]), blocks[i]);
}

static void await(int i)
{
	const struct aiocb *one = &requests[i];
	int answer;

	do
		answer = aio_suspend(&one, 1, NULL);
	while (answer < 0 && errno == EINTR);
	say("suspend", answer);
}

static void with_file(void)
{
	strcpy(blocks[0], "fifteen letters");
	say("aio_write", aio_write(prepare(0, file, 0)));
	await(0);
	say_done("written", 0);
	say("aio_fsync", aio_fsync(O_SYNC, prepare(1, file, 0)));
	await(1);
	say_done("synced", 1);
	memset(blocks[2], 0, sizeof(blocks[2]));
	prepare(2, file, 0)->aio_offset = 8;
	say("aio_read", aio_read(&requests[2]));
	await(2);
	say_done("read", 2);
}

/* At the end nothing is read that the next one should have. */
static void read_pipe_late(const struct timespec *limit)
{
	double start = now();
	pid_t child;

	prepare(0, ends[0], 0);
	prepare(2, ends[0], 0);
	requests[0].aio_nbytes = 1;
	say("aio_read", aio_read(&requests[0]));
	say_error("not yet", aio_error(&requests[0]));
	child = start_child(write_late, NULL);
	say("suspend", aio_suspend(list, 2, limit));
	say_waited("suspend", start, LATE);
	say_done("late", 0);
	end_child(child);
}

static void suspend_for_a_time(void)
{
	double start = now();

	requests[0] = *prepare(0, ends[0], 0);
	requests[0].aio_nbytes = 1;
	say("aio_read", aio_read(&requests[0]));
	say("no time", aio_suspend(list, 1, &(struct timespec){0}));
	say("some time", aio_suspend(list, 1, &(struct timespec){0, 40000000}));
	say_waited("some time", start, 40);
	ring_every(20, SA_RESTART);
	say("interrupted, with a limit", aio_suspend(list, 1, &(struct timespec){5, 0}));
	ring_every(20, 0);
	say("interrupted", aio_suspend(list, 1, NULL));
	stop_ringing();
	must("write", write(ends[1], "y", 1));
	await(0);
	say_done("at last", 0);
}

static void go_on_after_handler(void)
{
	double start = now();
	pid_t child;

	prepare(0, ends[0], 0)->aio_nbytes = 1;
	say("aio_read", aio_read(&requests[0]));
	ring_every(10, SA_RESTART);
	child = start_child(write_late, NULL);
	say("restarted", aio_suspend(list, 1, NULL));
	stop_ringing();
	say_waited("restarted", start, LATE);
	say_done("restarted", 0);
	end_child(child);
}

static void refuse(void)
{
	const struct aiocb *const none[2] = {NULL, NULL};

	say("none", aio_suspend(none, 2, NULL));
	say("no list", aio_suspend(none, 0, NULL));
	say("fewer than none", aio_suspend(none, -1, NULL));
	say("aio_fsync how", aio_fsync(12345, prepare(0, file, 0)));
	say("aio_fsync where", aio_fsync(O_SYNC, prepare(0, -1, 0)));
	prepare(0, file, 0)->aio_reqprio = -1;
	say("priority", aio_read(&requests[0]));
	say_error("priority", aio_error(&requests[0]));
	say("not open", aio_read(prepare(0, -1, 0)));
	await(0);
	say_done("not open", 0);
	say("not for writing", aio_write(prepare(0, ends[0], 0)));
	await(0);
	say_done("not for writing", 0);
}

/* The second waits for the first, as they have a descriptor in common. */
static void cancel(void)
{
	prepare(0, ends[0], 0)->aio_nbytes = 1;
	say("aio_read", aio_read(&requests[0]));
	say("aio_read", aio_read(prepare(2, ends[0], 0)));
	say("cancel", aio_cancel(ends[0], &requests[2]) == AIO_CANCELED);
	await(2);
	say_done("cancelled", 2);
	must("write", write(ends[1], "z", 1));
	await(0);
	say_done("the other", 0);
	say("cancel", aio_cancel(ends[0], NULL) == AIO_ALLDONE);
}

static void list_all(int mode, struct sigevent *event)
{
	struct aiocb *all[FEW + 1] = {&requests[0], &requests[1], NULL, &requests[2]};
	double start = now();
	pid_t child;

	prepare(0, ends[0], LIO_READ)->aio_nbytes = 1;
	prepare(1, file, LIO_NOP);
	prepare(2, file, LIO_READ);
	child = start_child(write_late, NULL);
	say("lio_listio", lio_listio(mode, all, FEW + 1, event));
	while (event && !notes)
		msleep(5);
	say_waited("lio_listio", start, LATE);
	say_done("first", 0);
	say_done("last", 2);
	end_child(child);
}

static void take_note(int signo)
{
	(void)signo;
	notes++;
}

static void list_badly(void)
{
	struct aiocb *all[FEW] = {prepare(0, file, LIO_READ), prepare(1, -1, LIO_READ), prepare(2, file, LIO_WRITE)};

	strcpy(blocks[2], "other letters!");
	say("one fails", lio_listio(LIO_WAIT, all, FEW, NULL));
	say_done("first", 0);
	say_done("bad", 1);
	say_done("last", 2);
	prepare(0, file, LIO_READ)->aio_reqprio = -1;
	say("one is refused", lio_listio(LIO_WAIT, all, 1, NULL));
	prepare(1, file, LIO_READ);
	say("one of two is refused", lio_listio(LIO_WAIT, all, 2, NULL));
	say_done("not refused", 1);
	say("mode", lio_listio(77, all, FEW, NULL));
	say("nothing", lio_listio(LIO_WAIT, all, 0, NULL));
	prepare(0, file, LIO_NOP);
	say("nothing to do", lio_listio(LIO_WAIT, all, 1, NULL));
}

int main(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};

	must("pipe", pipe(ends));
	file = must("open", open("file", O_CREAT | O_RDWR, 0600));
	signal(SIGUSR1, take_note);
	with_file();
	read_pipe_late(NULL);
	read_pipe_late(&(struct timespec){5, 0});
	suspend_for_a_time();
	go_on_after_handler();
	refuse();
	cancel();
	list_all(LIO_WAIT, NULL);
	list_all(LIO_NOWAIT, &event);
	say("notes", notes);
	list_badly();
	return 0;
}
