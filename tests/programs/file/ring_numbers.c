/* threads */
/*
 * Rings of liburing that get the number of the one before: its library makes and closes them by system calls of its
 * own. What one of them was waited for must not hold for the next.
 */
#include "tests/programs/threads.h"
#include <liburing.h>

static int ends[2];

static void *write_late(void *unused)
{
	msleep(20);
	must("write", write(ends[1], "z", 1));
	return unused;
}

static void wait_in_ring(int round, int *number)
{
	struct io_uring_cqe *done;
	struct io_uring_sqe *entry;
	struct io_uring ring;
	pthread_t thread;
	char byte = 0;

	must("io_uring_queue_init", io_uring_queue_init(8, &ring, 0));
	printf("ring %d has the number of the last: %d\n", round, *number < 0 || ring.ring_fd == *number);
	*number = ring.ring_fd;
	must("pipe", pipe(ends));
	entry = io_uring_get_sqe(&ring);
	io_uring_prep_read(entry, ends[0], &byte, 1, 0);
	must("io_uring_submit", io_uring_submit(&ring));
	thread = start(write_late, NULL);
	say("wait", io_uring_wait_cqe(&ring, &done));
	join(thread);
	say_bytes("read", done->res, &byte);
	io_uring_cqe_seen(&ring, done);
	io_uring_queue_exit(&ring);
	close(ends[0]);
	close(ends[1]);
}

/* A descriptor of the program's that a ring closes. */
static void close_by_ring(struct io_uring *ring, int fd)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(ring);
	struct io_uring_cqe *done;

	io_uring_prep_close(entry, fd);
	must("io_uring_submit", io_uring_submit(ring));
	must("io_uring_wait_cqe", io_uring_wait_cqe(ring, &done));
	say("closed by a ring", done->res);
	io_uring_cqe_seen(ring, done);
}

static void read_late(const char *what)
{
	pthread_t thread = start(write_late, NULL);
	char byte = 0;

	say_bytes(what, read(ends[0], &byte, 1), &byte);
	join(thread);
}

static void number_closed_by_ring(void)
{
	struct io_uring ring;
	int fd;

	must("io_uring_queue_init", io_uring_queue_init(8, &ring, 0));
	must("pipe", pipe(ends));
	fd = ends[0];
	read_late("read");
	close_by_ring(&ring, ends[0]);
	close(ends[1]);
	must("pipe", pipe(ends));
	say_whether("the number again", ends[0] == fd);
	read_late("read of the next pipe");
	io_uring_queue_exit(&ring);
}

int main(void)
{
	int round, number = -1;

	alarm(50);
	for (round = 0; round < 4; round++)
		wait_in_ring(round, &number);
	number_closed_by_ring();
	return 0;
}
