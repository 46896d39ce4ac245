/* All the hubs of the process. */
#include "arch.h"
#include "hub.h"
#include "runtime/glibc/tls.h"
#include "runtime/sys/sys.h"
#include "stack_layout.h"

struct hub *all_hubs;
struct lock hubs_lock;

void note_hub(struct hub *hub)
{
	lock(&hubs_lock);
	hub->next = all_hubs;
	__atomic_store_n(&all_hubs, hub, __ATOMIC_RELEASE);
	unlock(&hubs_lock);
}

void note_only_hub(struct hub *hub)
{
	all_hubs = hub;
	if (hub)
		hub->next = NULL;
}

void for_each_hub(void (*f)(struct hub *hub, void *arg), void *arg)
{
	struct hub *hub;

	lock(&hubs_lock);
	for (hub = all_hubs; hub; hub = hub->next)
		f(hub, arg);
	unlock(&hubs_lock);
}

/*
 * Reads `self` in the TLS block of another thread. An OS thread stores it when it becomes a worker; a greenlet has it
 * before its handle is known. ThreadSanitizer takes the initialization of the block by libc for a race.
 */
static FIBER_UNSEEN struct greenlet *self_in(void *tp)
{
	struct greenlet **place = tls_at(tp, &self, thread_pointer()), *g = __atomic_load_n(place, __ATOMIC_ACQUIRE);

	fiber_acquire(place);
	return g;
}

struct greenlet *greenlet_of(pthread_t thread)
{
	struct greenlet *g;

	if (!any_hub())
		return NULL;
	g = self_in(tls_of_thread(thread));
	return g && g->is_main && !g->hub->os.is_main ? NULL : g;
}

struct greenlet *greenlet_of_id(int thread_id)
{
	struct greenlet *g;
	struct stack stack;
	uint32_t id;

	if (!any_hub() || !tls_has_id(thread_id, &id) || stack_of_id(id % MAX_STACKS, &stack))
		return NULL;
	g = greenlet_on(&stack);
	return g && g->ident.id == id && g->state != ENDED ? g : NULL;
}

pid_t thread_id_of(const struct greenlet *g)
{
	return tls_thread_id_at(g->context.thread_pointer);
}

/* The first thread's may have changed by a fork, of which its descriptor is not told. */
pid_t kernel_id_of(const struct greenlet *g)
{
	return g->hub->os.is_main ? sys_getpid() : thread_id_of(&g->hub->main);
}

pthread_t thread_of(const struct greenlet *g)
{
	return tls_thread(g->context.thread_pointer);
}

struct hub *any_hub(void)
{
	return __atomic_load_n(&all_hubs, __ATOMIC_ACQUIRE);
}

/* Asked on every close: the list only grows at its head, so a look without the lock does. */
bool hubs_elsewhere(const struct hub *own)
{
	const struct hub *first = __atomic_load_n(&all_hubs, __ATOMIC_ACQUIRE);

	return first && (first != own || first->next);
}

static void add_counts(struct hub *hub, void *arg)
{
	struct hub_counts *counts = arg;

	counts->spawned += hub->spawned;
	counts->switches += hub->switches;
	counts->slices += hub->slice.count;
	counts->peak += hub->peak;
}

struct hub_counts hub_count_all(void)
{
	struct hub_counts counts = {0};

	for_each_hub(add_counts, &counts);
	return counts;
}
