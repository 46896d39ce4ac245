#include "ring.h"
#include "ring_hub.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/park.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

/* Each request is submitted at once; ENTRIES does not limit how many are in flight. */
#define ENTRIES 64
#define WORKERS 512

/*
 * The results are kept until we ask for them. Otherwise the kernel would interrupt the thread's system calls for them,
 * the program's own included. Kernels that cannot do this, before 6.1, are left without a ring.
 */
#define FLAGS (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG)

struct ring {
	struct io_uring uring;
	uint64_t known;   /* a bit for each operation that the kernel has */
	size_t under_way; /* requests in flight */
};

/* On the stack of the greenlet that waits for it. */
struct request {
	struct greenlet *greenlet;
	long result;
	bool done;
};

/* liburing's calls for memory; the Makefile renames these names in our copy of it. */
void *uring_calloc(size_t count, size_t size);
void uring_free(void *memory);

void *uring_calloc(size_t count, size_t size)
{
	return memory_zalloc(count * size);
}

void uring_free(void *memory)
{
	memory_free(memory);
}

/* A ring was refused once: by the system's settings, by a system call filter, for lack of memory or of descriptors. */
static _Atomic bool is_refused;

static uint64_t known_operations(struct io_uring *uring)
{
	struct io_uring_probe *probe = io_uring_get_probe_ring(uring);
	uint64_t known = 0;
	int op;

	if (!probe)
		return 0;
	for (op = 0; op < 64; op++)
		known |= (uint64_t)(io_uring_opcode_supported(probe, op) != 0) << op;
	io_uring_free_probe(probe);
	return known;
}

/*
 * For what it can do only in a thread that blocks, the kernel has worker threads, and by default only a few: one might
 * wait for what another is to do. See worker_pool.c.
 */
static void allow_workers(struct io_uring *uring)
{
	unsigned most[2] = {0, 0}; /* for files, and for what may wait for ever; 0: only return the current one */

	if (io_uring_register_iowq_max_workers(uring, most) < 0 || most[0] >= WORKERS)
		return;
	most[0] = WORKERS;
	most[1] = 0;
	io_uring_register_iowq_max_workers(uring, most);
}

/* The eventfd by which other threads wake the hub reports results, too. */
static bool prepare(struct ring *ring, struct hub *hub)
{
	struct io_uring *uring = &ring->uring;
	int fd = borrow_fd(uring->ring_fd);

	uring->ring_fd = uring->enter_ring_fd = fd;
	if (fd < 0 || io_uring_ring_dontfork(uring) < 0 || io_uring_register_eventfd(uring, hub->remote.fd) < 0)
		return false;
	allow_workers(uring);
	ring->known = known_operations(uring);
	return ring->known != 0;
}

/* Leaves out the descriptor, which is closed by disown_fd(). */
static void unmap(struct io_uring *uring)
{
	int fd = uring->ring_fd;

	uring->ring_fd = -1;
	io_uring_queue_exit(uring);
	if (fd >= 0)
		disown_fd(fd);
}

static struct ring *make_ring(struct hub *hub)
{
	struct io_uring_params how = {.flags = FLAGS};
	struct ring *ring = memory_zalloc(sizeof(*ring));

	if (!ring)
		return NULL;
	if (io_uring_queue_init_params(ENTRIES, &ring->uring, &how) < 0) {
		memory_free(ring);
		return NULL;
	}
	if (!prepare(ring, hub)) {
		unmap(&ring->uring);
		memory_free(ring);
		return NULL;
	}
	return ring;
}

/*
 * The ring of the calling greenlet's hub; NULL if there is none. A signal handler may have interrupted malloc, which
 * this needs: a handler makes no ring.
 */
static struct ring *find_or_make_ring(struct hub *hub)
{
	if (!hub->io.ring && !atomic_load(&is_refused) && !is_in_handler() && hub_refresh(hub) == 0) {
		defer_signals();
		hub->io.ring = make_ring(hub);
		resume_signals();
		atomic_store(&is_refused, !hub->io.ring);
	}
	return hub->io.ring;
}

/*
 * A request that the kernel has not taken, for example for lack of memory, stays in the queue. It becomes a no-op whose
 * result is ignored. Once the queue is full of those, the ring is not tried any more.
 */
static bool hand_over(struct ring *ring, const struct io_uring_sqe *what, struct request *request)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(&ring->uring);

	if (!entry)
		return false;
	*entry = *what;
	io_uring_sqe_set_data(entry, request);
	io_uring_submit(&ring->uring);
	if (io_uring_sq_ready(&ring->uring) == 0)
		return true;
	io_uring_prep_nop(entry);
	io_uring_sqe_set_data(entry, NULL);
	return false;
}

/*
 * We never cancel a request. ECANCELED means that the request needed a kernel thread, and that the limits of the user
 * or of the system allow none. The kernel takes a while to find that out each time, so the operation is not tried
 * again.
 */
static bool is_not_begun(struct ring *ring, const struct io_uring_sqe *what, long result)
{
	if (result != -ECANCELED)
		return false;
	ring->known &= ~(1ull << what->opcode);
	return true;
}

bool ring_carries_out(const struct io_uring_sqe *what, long *result)
{
	struct request request = {.greenlet = self};
	struct ring *ring;
	bool is_under_way;
	int error = errno;

	ring = find_or_make_ring(self->hub);
	errno = error;
	if (!ring || !(ring->known >> what->opcode & 1))
		return false;
	defer_signals();
	is_under_way = hand_over(ring, what, &request);
	ring->under_way += is_under_way;
	resume_signals();
	if (!is_under_way)
		return false;
	while (!request.done)
		park_uninterruptibly();
	*result = request.result;
	return !is_not_begun(ring, what, request.result);
}

void ring_stays_behind(void)
{
	static const uint64_t by_path = 1ull << IORING_OP_OPENAT | 1ull << IORING_OP_OPENAT2 | 1ull << IORING_OP_STATX |
					1ull << IORING_OP_RENAMEAT | 1ull << IORING_OP_UNLINKAT |
					1ull << IORING_OP_MKDIRAT | 1ull << IORING_OP_SYMLINKAT |
					1ull << IORING_OP_LINKAT;

	if (self->hub->io.ring)
		self->hub->io.ring->known &= ~by_path;
}

static void tell(struct ring *ring, const struct io_uring_cqe *outcome)
{
	struct request *request = io_uring_cqe_get_data(outcome);

	if (!request)
		return;
	ring->under_way--;
	request->result = outcome->res;
	request->done = true;
	unpark(request->greenlet);
}

/* The kernel may deliver only some of the results, or have no room for all; it then says that there are more. */
static bool has_more(const struct io_uring *uring)
{
	return IO_URING_READ_ONCE(*uring->sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW);
}

void ring_take_done(struct hub *hub)
{
	struct ring *ring = hub->io.ring;
	struct io_uring_cqe *outcome;
	unsigned head, count;

	if (!ring || !ring->under_way)
		return;
	do {
		io_uring_get_events(&ring->uring);
		count = 0;
		io_uring_for_each_cqe(&ring->uring, head, outcome)
		{
			tell(ring, outcome);
			count++;
		}
		io_uring_cq_advance(&ring->uring, count);
	} while (has_more(&ring->uring));
}

/* The ring's memory has stayed in the parent, and the child closes the descriptor with the others. */
void ring_reset(struct hub *hub)
{
	memory_free(hub->io.ring);
	hub->io.ring = NULL;
}
