#include "given_name.h"
#include "preload/core/thread_ids.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sys.h"
#include <string.h>

/* A file that is open for writing. */
struct writer {
	struct writer *next;
	pid_t id; /* of the greenlet that it names */
	int fd;   /* the end that is read, borrowed */
};

static struct writer *writers;
static struct lock writers_lock; /* guards the list */

_Atomic bool names_may_be_written;

static void set_name(struct greenlet *g, const char *name)
{
	memset(g->ident.name, 0, sizeof(g->ident.name));
	memcpy(g->ident.name, name, strnlen(name, sizeof(g->ident.name) - 1));
	g->ident.is_named = true;
}

void rename_greenlet(struct greenlet *g, const char *name)
{
	take_written_names();
	set_name(g, name);
}

/* An empty write and the end of all writers both read as 0 bytes. */
static bool is_at_end(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	struct timespec at_once = {0};

	return sys_poll(&entry, 1, &at_once) > 0 && entry.revents & POLLHUP;
}

/* False when no descriptor for writing is left. */
static bool take_from(const struct writer *writer)
{
	struct greenlet *g = greenlet_named(writer->id);
	char name[sizeof(g->ident.name)];
	long n;

	for (;;) {
		memset(name, 0, sizeof(name));
		n = raw_syscall(SYS_recvfrom, writer->fd, (long)name, sizeof(name) - 1, MSG_DONTWAIT, 0, 0);
		if (n < 0)
			return true;
		if (n == 0 && is_at_end(writer->fd))
			return false;
		if (g)
			set_name(g, name);
	}
}

void take_names(void)
{
	struct writer **at = &writers, *writer;

	defer_signals();
	lock(&writers_lock);
	while ((writer = *at)) {
		if (take_from(writer)) {
			at = &writer->next;
			continue;
		}
		*at = writer->next;
		disown_fd(writer->fd);
		memory_free(writer);
	}
	atomic_store(&names_may_be_written, writers != NULL);
	unlock(&writers_lock);
	resume_signals();
}

static void add(struct writer *writer)
{
	defer_signals();
	lock(&writers_lock);
	writer->next = writers;
	writers = writer;
	atomic_store(&names_may_be_written, true);
	unlock(&writers_lock);
	resume_signals();
}

/*
 * Creates the pair: the program's end first. Returns 0 or -errno. Our end is closed on an exec, which another OS thread
 * may do at any time.
 */
static int make_ends(int flags, int ends[2])
{
	long error = raw_syscall(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (long)ends, 0, 0);

	if (error < 0)
		return (int)error;
	if (!(flags & O_CLOEXEC))
		sys_fcntl(ends[0], F_SETFD, 0);
	if (flags & O_NONBLOCK)
		sys_fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK);
	ends[1] = borrow_fd(ends[1]);
	if (ends[1] >= 0)
		return 0;
	sys_close(ends[0]);
	return -EMFILE;
}

int open_name(const struct greenlet *g, int flags, const char *text, size_t length)
{
	struct writer *writer = memory_alloc(sizeof(*writer));
	int ends[2] = {-1, -1}, error = writer ? 0 : -ENOMEM;

	take_written_names();
	if (!error)
		error = make_ends(flags, ends);
	if (error) {
		memory_free(writer);
		return error;
	}
	if ((flags & O_ACCMODE) == O_RDWR)
		sys_write(ends[1], text, length);
	raw_syscall(SYS_shutdown, ends[1], SHUT_WR, 0, 0, 0, 0);
	*writer = (struct writer){.id = thread_id_of(g), .fd = ends[1]};
	add(writer);
	return ends[0];
}

/* A write in the child names none of the child's threads. */
static void forget_writers(void)
{
	writers = NULL;
	atomic_store(&names_may_be_written, false);
	atomic_store(&writers_lock.state, 0);
}

FORK_PART(FORK_NAMES, .in_child = forget_writers);
