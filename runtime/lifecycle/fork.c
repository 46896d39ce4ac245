#include "fork.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/tls.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/offload/proxy_thread.h"
#include "runtime/offload/syscall_cancel.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/signal/addressee.h"
#include "runtime/sync/parking_lot.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sys.h"
#include "task.h"
#include <errno.h>

/* libc's, by which pthread_atfork() registers; without an object it belongs to, a handler stays to the end. */
register_fork __register_atfork;

static const struct fork_part *const parts[] = {
    &fork_signals, &fork_lines, &fork_runtime, &fork_once, &fork_descriptors, &fork_home, &fork_names};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

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
	static struct lock *const locks[] = {&hubs_lock, &helpers_lock, &random_lock};
	size_t i;

	memory_leave_fork(true);
	unlock(&stacks_lock);
	for (i = 0; i < sizeof(locks) / sizeof(locks[0]); i++)
		atomic_store(&locks[i]->state, 0);
	offload_reset();
	stand_in_reset();
	stuck_reset();
	lot_reset();
	tls_spread_ids();
	addressees_reset();
	hub_reset(self ? self->hub : NULL);
	hub_drop_borrowed_fds();
	take_waits_along();
	tasks_reset();
}

const struct fork_part fork_runtime = {take_tables, give_tables, begin_anew};

static void before(void)
{
	int i;

	hold_signals();
	is_forking = true;
	for (i = 0; i < PARTS; i++) {
		if (parts[i] && parts[i]->before)
			parts[i]->before();
	}
}

static void in_parent(void)
{
	int i;

	for (i = PARTS - 1; i >= 0; i--) {
		if (parts[i] && parts[i]->in_parent)
			parts[i]->in_parent();
	}
	is_forking = false;
	let_signals();
}

static void in_child(void)
{
	int i;

	for (i = PARTS - 1; i >= 0; i--) {
		if (parts[i] && parts[i]->in_child)
			parts[i]->in_child();
	}
	is_forking = false;
	let_signals();
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
			mask = self->hub->kernel_mask;
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
