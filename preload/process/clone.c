/*
 * Forks without handlers, _Fork() and those by clone(2), and the tasks that clone(2) creates in our memory. The child
 * of a fork is told that it is one. A task in our memory is an OS thread without greenlets.
 */
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "raw.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/offload/offload.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/task.h"
#include "runtime/sys/sys.h"
#include "runtime/sys/user_memory.h"
#include <linux/sched.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>

static pid_t fork_by_libc(void *unused)
{
	(void)unused;
	return libc._Fork();
}

static pid_t do__Fork(void)
{
	return fork_quietly(fork_by_libc, NULL);
}
synonym(_Fork, do__Fork);

/*
 * A child that ran in our memory would update our file-descriptor table for its own descriptors. libc has _Fork() since
 * 2.34.
 */
pid_t vfork(void)
{
	pid_t child = do__Fork();

	return child < 0 && errno == ENOSYS ? fork() : child;
}

/* A call of clone(2), by libc's function. */
struct request {
	int (*fn)(void *arg);
	void *stack, *arg, *tls;
	int flags, result, error;
	pid_t *parent_id, *child_id;
	uint64_t mask; /* the child's mask, if an offload thread creates it */
};

static int make_task(const struct request *r, int (*fn)(void *arg), void *arg, int flags, void *tls)
{
	return libc.clone(fn, r->stack, flags, arg, r->parent_id, tls, r->child_id);
}

/* The child of a fork that has a function to run: it does not return from the call. */
static int begin_forked(void *arg)
{
	const struct request *r = arg;
	int (*fn)(void *) = r->fn;
	void *its = r->arg;

	fork_quietly_ends(true);
	return fn(its);
}

static int fork_with_function(struct request *r)
{
	int child;

	fork_quietly_begins();
	child = make_task(r, begin_forked, r, r->flags, r->tls);
	fork_quietly_ends(false);
	return child;
}

/* While the caller waits for the child to leave our memory, the child may use the caller's storage. */
static int make_as_vfork(const struct request *r, int (*fn)(void *arg), void *arg)
{
	int child, before = task_flags;

	task_flags = r->flags;
	child = make_task(r, fn, arg, r->flags, r->tls);
	task_flags = before;
	return child;
}

static int begin_with_mask(void *arg)
{
	const struct request *r = arg;

	sys_set_mask(SIG_SETMASK, r->mask, NULL);
	return r->fn(r->arg);
}

static void make_offloaded(void *arg)
{
	struct request *r = arg;

	r->result = make_as_vfork(r, begin_with_mask, r);
	r->error = errno;
}

/* Only the calling greenlet waits. */
static int make_as_vfork_beside_others(struct request *r)
{
	r->mask = self->sig.blocked;
	offload(make_offloaded, r);
	if (r->result < 0)
		errno = r->error;
	return r->result;
}

static int make_in_our_memory(const struct request *r)
{
	struct task *task = task_make(r->flags, r->fn, r->arg, (const void *)libc_allocator());
	bool shown;
	int id;

	if (!task)
		return make_task(r, r->fn, r->arg, r->flags, r->tls);
	shown = show_own_mask();
	id = make_task(r, task_run, task, r->flags | CLONE_SETTLS, task_pointer(task));
	task_made(task, id);
	if (shown)
		apply_masks(self->hub);
	return id;
}

int clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...)
{
	struct request r = {.fn = fn, .stack = stack, .flags = flags, .arg = arg};
	va_list rest;

	va_start(rest, arg);
	r.parent_id = va_arg(rest, pid_t *);
	r.tls = va_arg(rest, void *);
	r.child_id = va_arg(rest, pid_t *);
	va_end(rest);
	if (!fn || !stack || flags & CLONE_SETTLS)
		return make_task(&r, fn, arg, flags, r.tls);
	if (!(flags & CLONE_VM))
		return fork_with_function(&r);
	if (!(flags & CLONE_VFORK))
		return make_in_our_memory(&r);
	return self && has_reason_to_park(self) ? make_as_vfork_beside_others(&r) : make_as_vfork(&r, fn, arg);
}

synonym(__clone, clone);

struct raw_fork {
	long number, a[5];
};

static pid_t fork_raw(void *arg)
{
	const struct raw_fork *f = arg;

	return (pid_t)libc.syscall(f->number, f->a[0], f->a[1], f->a[2], f->a[3], f->a[4]);
}

long raw_fork(long a, long b, long c, long d, long e, long f)
{
	struct raw_fork call = {SYS_fork, {a, b, c, d, e}};

	(void)f;
	return fork_quietly(fork_raw, &call);
}

/*
 * A child that returns from the call on the caller's stack: it is a fork, or is made one as with vfork(). On a stack of
 * its own it could not return from libc's function.
 */
static bool is_fork(unsigned long flags, unsigned long stack)
{
	return !stack && !(flags & CLONE_SETTLS) && (!(flags & CLONE_VM) || flags & CLONE_VFORK);
}

static unsigned long as_fork(unsigned long flags)
{
	return flags & CLONE_VM ? flags & ~(unsigned long)(CLONE_VM | CLONE_VFORK) : flags;
}

long raw_clone(long flags, long stack, long c, long d, long e, long f)
{
	struct raw_fork call = {SYS_clone, {(long)as_fork((unsigned long)flags), stack, c, d, e}};

	if (!is_fork((unsigned long)flags, (unsigned long)stack))
		return libc.syscall(SYS_clone, flags, stack, c, d, e, f);
	return fork_quietly(fork_raw, &call);
}

static bool read_words(void *to, const void *from, size_t size)
{
	size_t at;

	for (at = 0; at < size; at += sizeof(long)) {
		if (!is_readable((const char *)from + at))
			return false;
		memcpy((char *)to + at, (const char *)from + at, sizeof(long));
	}
	return true;
}

/* The kernel accepts structures of several sizes; all that matters here is in the smallest of them. */
long raw_clone3(long arguments, long size, long c, long d, long e, long f)
{
	struct clone_args copy;
	struct raw_fork call = {SYS_clone3, {(long)&copy, size, c, d, e}};

	(void)f;
	if ((size_t)size < CLONE_ARGS_SIZE_VER0 || (size_t)size > sizeof(copy) || size % (long)sizeof(long) ||
	    !read_words(&copy, (const void *)arguments, (size_t)size) || !is_fork(copy.flags, copy.stack))
		return libc.syscall(SYS_clone3, arguments, size);
	copy.flags = as_fork(copy.flags);
	return fork_quietly(fork_raw, &call);
}
