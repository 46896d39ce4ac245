#include "linger.h"
#include "libc.h"
#include "runtime/io/poller.h"
#include "runtime/offload/offload.h"
#include "runtime/sys/memory.h"
#include "stats.h"

/* A descriptor of ours that is to be closed. */
struct closing {
	struct closing *next;
	int fd;
	pid_t process;          /* the owner of the descriptor: the child of a fork has none */
	_Atomic bool has_begun; /* the close has begun */
};

/*
 * The descriptor of the greenlet's fclose(): 1 + its number, 0: none; and the file, once libc has closed the number.
 * They are not in the frame of fclose(), which a cancellation may unwind while it writes what the stream holds.
 */
static __thread int number_of_stream __attribute__((tls_model("initial-exec")));
static __thread struct closing *file_of_stream __attribute__((tls_model("initial-exec")));

/*
 * With a time of 0 the close resets the connection, and does not wait. The kernel returns a very long time as a
 * negative one.
 */
static bool lingers(int fd)
{
	struct linger linger = {0};
	socklen_t length = sizeof(linger);

	return sys_getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length) == 0 && linger.l_onoff && linger.l_linger;
}

static void close_it(void *arg)
{
	struct closing *closing = arg;

	atomic_store(&closing->has_begun, true);
	if (closing->process == sys_getpid())
		disown_fd(closing->fd);
}

static void free_it(void *closing)
{
	memory_free(closing);
}

/* Closes in the background; the caller does not wait for it. */
static void close_aside(void *arg)
{
	struct closing *closing = arg;

	if (!atomic_load(&closing->has_begun) && closing->process == sys_getpid()) {
		if (offload_detached(close_it, free_it, closing))
			return;
		close_it(closing);
	}
	memory_free(closing);
}

static struct closing *take_first(struct lingering *linger)
{
	struct closing *closing = linger->first;

	linger->first = closing->next;
	return closing;
}

static void close_all_aside(struct lingering *linger)
{
	while (linger->first)
		close_aside(take_first(linger));
}

static void leave_lingering(struct wait_record *stay)
{
	struct lingering *linger = (struct lingering *)((char *)stay - offsetof(struct lingering, stay));

	close_all_aside(linger);
}

void linger_begin(struct lingering *linger)
{
	static const struct wait_cleanup way = {leave_lingering, NULL};

	linger->first = NULL;
	push_wait(&linger->stay, &way);
}

/* Returns false if there is no memory. */
static bool add(struct closing **list, int own_fd)
{
	struct closing *closing = memory_zalloc(sizeof(*closing));

	if (!closing)
		return false;
	closing->fd = own_fd;
	closing->process = sys_getpid();
	closing->next = *list;
	*list = closing;
	return true;
}

static void keep(struct closing **list, int fd)
{
	int own_fd = lingers(fd) ? keep_fd(fd) : -1;

	if (own_fd >= 0 && !add(list, own_fd))
		disown_fd(own_fd);
}

void linger_keep(struct lingering *linger, int fd)
{
	keep(&linger->first, fd);
}

void linger_keep_range(struct lingering *linger, unsigned first, unsigned last)
{
	unsigned end = fd_noted_end(), fd;

	for (fd = first; fd <= last && fd < end; fd++) {
		if (fd_may_linger((int)fd) && !fd_is_ours((int)fd))
			linger_keep(linger, (int)fd);
	}
}

void linger_expect_of_stream(int fd)
{
	number_of_stream = fd + 1;
}

void linger_keep_of_stream(int fd)
{
	if (number_of_stream != fd + 1)
		return;
	number_of_stream = 0;
	keep(&file_of_stream, fd);
}

void linger_end_of_stream(void)
{
	struct lingering linger;

	number_of_stream = 0;
	if (!file_of_stream)
		return;
	linger_begin(&linger);
	linger.first = file_of_stream;
	file_of_stream = NULL;
	linger_end(&linger);
}

/* Returns 0, or the reason why the wait has ended early. */
static int wait_for_close(struct closing *closing)
{
	/* As tcp(7)'s own wait: any signal with a handler ends it, and the call is not restarted. */
	static const struct wait_options until = {.deadline = FOR_EVER, .on_signal = SIGNAL_ENDS, .on_stop = true};
	int error;

	stats_helped(CALL_close);
	error = offload_until(close_it, close_aside, closing, &until);
	if (!error)
		memory_free(closing);
	return error;
}

void linger_end(struct lingering *linger)
{
	int error = 0;

	while (linger->first && !error)
		error = wait_for_close(take_first(linger));
	close_all_aside(linger);
	pop_wait(&linger->stay);
}

void linger_close_kept(int kept_fd)
{
	struct lingering linger;

	if (!may_linger(kept_fd) || !lingers(kept_fd)) {
		disown_fd(kept_fd);
		return;
	}
	linger_begin(&linger);
	if (!add(&linger.first, kept_fd))
		disown_fd(kept_fd);
	linger_end(&linger);
}

/* The last user of the duplicate cannot wait here: it was woken for another reason, or is gone. */
static void close_kept_aside(int kept_fd)
{
	struct lingering linger;

	linger_begin(&linger);
	if (!may_linger(kept_fd) || !lingers(kept_fd) || !add(&linger.first, kept_fd))
		disown_fd(kept_fd);
	close_all_aside(&linger);
	pop_wait(&linger.stay);
}

__attribute__((constructor)) static void replace_close(void)
{
	close_kept_fd = close_kept_aside;
	close_kept_fd_here = linger_close_kept;
}
