#include "fork.h"
#include "hub.h"
#include "lot.h"
#include "offload_hub.h"
#include "tls.h"
#include <pthread.h>

/* What another OS thread may hold at the moment of a fork, in the order in which we take it. */
static struct lock *const locks[] = {&hubs_lock, &helpers_lock, &stacks_lock, &tls_lock};

enum { LOCKS = sizeof(locks) / sizeof(locks[0]) };

static void before(void)
{
	int i;

	for (i = 0; i < LOCKS; i++)
		lock(locks[i]);
}

static void in_parent(void)
{
	int i;

	for (i = LOCKS - 1; i >= 0; i--)
		unlock(locks[i]);
}

static void in_child(void)
{
	in_parent();
	offload_reset();
	lot_reset();
	tls_spread_ids();
	hub_reset(self ? self->hub : NULL);
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
