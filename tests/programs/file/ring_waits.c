/* parks: __io_uring_get_cqe io_uring_wait_cqes io_uring_wait_cqe_timeout io_uring_submit_and_wait
 * io_uring_submit_and_wait_timeout */
/* Waits for a ring of liburing: for one completion and for several, for a time, interrupted, submitting on the way. */
#include "tests/programs/say.h"
#include <liburing.h>

static struct io_uring ring;
static int ends[2];
static char bytes[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(30);
	if (write(ends[1], "a", 1) != 1)
		return 1;
	msleep(30);
	return write(ends[1], "b", 1) != 1;
}

/* Each reads one byte. */
static void prepare_reads(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		struct io_uring_sqe *entry = io_uring_get_sqe(&ring);

		io_uring_prep_read(entry, ends[0], &bytes[i], 1, 0);
		io_uring_sqe_set_data(entry, NULL);
	}
}

static void say_result(const char *what, int result)
{
	if (result < 0)
		printf("%s: %s\n", what, strerror(-result));
	else
		printf("%s: %d\n", what, result);
}

static void say_completions(void)
{
	struct io_uring_cqe *completion;

	while (io_uring_peek_cqe(&ring, &completion) == 0) {
		printf("  completed: %d\n", completion->res);
		io_uring_cqe_seen(&ring, completion);
	}
}

static void wait_for_one(void)
{
	struct io_uring_cqe *completion;
	double start = now();
	pid_t child = start_child(write_late, NULL);

	prepare_reads(2);
	say_result("submit", io_uring_submit(&ring));
	say_result("wait", io_uring_wait_cqe(&ring, &completion));
	say_waited("wait", start, 30);
	say("of", completion->res);
	io_uring_cqe_seen(&ring, completion);
	say_result(
	    "wait for the other", io_uring_wait_cqe_timeout(&ring, &completion, &(struct __kernel_timespec){5, 0}));
	say_waited("wait for the other", start, 60);
	say_completions();
	end_child(child);
	say("at once", io_uring_peek_cqe(&ring, &completion) == -EAGAIN);
}

static void wait_for_two(void)
{
	struct io_uring_cqe *completion;
	double start = now();
	pid_t child = start_child(write_late, NULL);

	prepare_reads(2);
	say_result("submit", io_uring_submit(&ring));
	say_result("wait for two", io_uring_wait_cqes(&ring, &completion, 2, &(struct __kernel_timespec){5, 0}, NULL));
	say_waited("wait for two", start, 60);
	say_completions();
	end_child(child);
	start = now();
	child = start_child(write_late, NULL);
	prepare_reads(2);
	say_result("submit and wait for two", io_uring_submit_and_wait(&ring, 2));
	say_waited("submit and wait for two", start, 60);
	say_completions();
	end_child(child);
}

static void wait_in_vain(void)
{
	struct io_uring_cqe *completion;
	struct __kernel_timespec soon = {0, 30000000};
	double start = now();

	say_result("for a time", io_uring_wait_cqe_timeout(&ring, &completion, &soon));
	say_waited("for a time", start, 30);
	start = now();
	prepare_reads(1);
	say_result("submit and wait for a time", io_uring_submit_and_wait_timeout(&ring, &completion, 1, &soon, NULL));
	say_waited("submit and wait for a time", start, 30);
	ring_every(20, SA_RESTART);
	say_result("interrupted", io_uring_wait_cqe(&ring, &completion));
	stop_ringing();
	must("write", write(ends[1], "c", 1));
	say_result("in the end", io_uring_wait_cqe(&ring, &completion));
	say_completions();
}

int main(void)
{
	int error = io_uring_queue_init(8, &ring, 0);

	if (error == -EPERM || error == -ENOSYS) { /* as containers do with it */
		puts("skipped: io_uring is refused here");
		return 0;
	}
	must("io_uring_queue_init", error);
	must("pipe", pipe(ends));
	wait_for_one();
	wait_for_two();
	wait_in_vain();
	io_uring_queue_exit(&ring);
	return 0;
}
