#include "fork.h"
#include "addressee.h"
#include "hub.h"
#include "leaving.h"
#include "lot.h"
#include "memory.h"
#include "offload_hub.h"
#include "stand_in.h"
#include "stuck.h"
#include "tls.h"
#include <pthread.h>

/* What another OS thread may hold at the moment of a fork, in the order in which we take it. */
static struct lock *const locks[] = {&hubs_lock, &helpers_lock, &stacks_lock};

enum { LOCKS = sizeof(locks) / sizeof(locks[0]) };

__thread bool is_forking;

/*
 * libc's list of streams: flushing all of them may park with it. fork takes it too, and then malloc's locks; here it
 * may still be waited for by a park. libc lets a thread take it twice, and makes it anew in the child where it knows of
 * threads.
 */
void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

static void before(void)
{
	int i;

	_IO_list_lock();
	is_forking = true;
	for (i = 0; i < LOCKS; i++)
		lock(locks[i]);
	memory_enter_fork();
}

static void end_fork(bool is_child)
{
	int i;

	memory_leave_fork(is_child);
	for (i = LOCKS - 1; i >= 0; i--)
		unlock(locks[i]);
	is_forking = false;
}

static void in_parent(void)
{
	end_fork(false);
	_IO_list_unlock();
}

static void in_child(void)
{
	end_fork(true);
	_IO_list_resetlock();
	offload_reset();
	stand_in_reset();
	stuck_reset();
	lot_reset();
	tls_spread_ids();
	addressees_reset();
	hub_reset(self ? self->hub : NULL);
	hub_drop_borrowed_fds();
	take_waits_along();
}

static void watch_forks(void)
{
	pthread_atfork(before, in_parent, in_child);
}

void fork_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
}
