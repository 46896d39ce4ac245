#include "fork.h"
#include "hub_start.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/tls.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/offload/proxy_thread.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/task.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/signal/addressee.h"
#include "runtime/sync/parking_lot.h"
#include "runtime/sys/cancellable_call.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sys.h"
#include <errno.h>

/* libc's, by which pthread_atfork() registers; without an object it belongs to, a handler stays to the end. */
register_fork __register_atfork;

extern const struct fork_part *const __start_fork_parts[] __attribute__((visibility("hidden")));
extern const struct fork_part *const __stop_fork_parts[] __attribute__((visibility("hidden")));

__thread bool is_forking;

/* Of the calling thread: during a fork that runs no handlers. */
static __thread uint64_t mask_before;

/* Stacks and memory in use are those of the parent's, so their tables must be whole; of all else the child begins anew.
 */
static void take_tables(void)
{
	lock(&stacks_lock);
	memory_enter_fork();
}

static void give_tables(void)
{
	memory_leave_fork(false);
	unlock(&stacks_lock);
}

/*
 * Another OS thread may have held one of the locks that are set free here. It may even have waited for malloc, and the
 * forking thread may have malloc's locks: so the fork does not wait for it.
 */
static void begin_anew(void)
{
	static struct lock *const locks[] = {&hubs_lock, &offload_lock, &random_lock};
	size_t i;

	memory_leave_fork(true);
	unlock(&stacks_lock);
	for (i = 0; i < sizeof(locks) / sizeof(locks[0]); i++)
		atomic_store(&locks[i]->state, 0);
	offload_reset();
	proxy_reset();
	reset_cancellable_calls();
	parking_lot_reset();
	tls_reset();
	addressees_reset();
	hub_reset(self ? self->hub : NULL);
	drop_borrowed_fds();
	waits_after_fork();
	tasks_reset();
}

FORK_PART(FORK_RUNTIME, .before = take_tables, .in_parent = give_tables, .in_child = begin_anew);

/* Where the library is linked without it, one that does nothing. */
static const struct fork_part *part(int order)
{
	static const struct fork_part none;
	const struct fork_part *const *entry;

	for (entry = __start_fork_parts; entry < __stop_fork_parts; entry++) {
		if ((*entry)->order == (unsigned)order)
			return *entry;
	}
	return &none;
}

static void before(void)
{
	int i;

	defer_signals();
	is_forking = true;
	for (i = 0; i < FORK_PARTS; i++) {
		if (part(i)->before)
			part(i)->before();
	}
}

static void in_parent(void)
{
	int i;

	for (i = FORK_PARTS - 1; i >= 0; i--) {
		if (part(i)->in_parent)
			part(i)->in_parent();
	}
	is_forking = false;
	resume_signals();
}

static void in_child(void)
{
	int i;

	for (i = FORK_PARTS - 1; i >= 0; i--) {
		if (part(i)->in_child)
			part(i)->in_child();
	}
	is_forking = false;
	resume_signals();
}

void fork_prepare_by(register_fork *registers)
{
	registers(before, in_parent, in_child, NULL);
}

void fork_prepare(void)
{
	static _Atomic bool is_prepared;

	if (!atomic_exchange(&is_prepared, true))
		fork_prepare_by(__register_atfork);
}

void fork_pause(void)
{
	in_parent();
}

void fork_resume(void)
{
	before();
}

void fork_quietly_begins(void)
{
	uint64_t mask = 0;

	sys_set_mask(SIG_SETMASK, ~0ull, &mask);
	before();
	mask_before = mask;
}

void fork_quietly_ends(bool in_the_child)
{
	uint64_t mask = mask_before;

	if (in_the_child) {
		in_child();
		if (self)
			mask = self->hub->sig.kernel_mask;
	} else {
		in_parent();
	}
	sys_set_mask(SIG_SETMASK, mask, NULL);
}

pid_t fork_quietly(pid_t (*make)(void *arg), void *arg)
{
	pid_t child;
	int error;

	fork_quietly_begins();
	child = make(arg);
	error = errno;
	fork_quietly_ends(!child);
	errno = error;
	return child;
}
