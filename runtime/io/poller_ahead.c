/*
 * With thousands of descriptors each wake-up is a cache miss: here the memory is prefetched for many of them at once.
 */
#include "poller.h"
#include "runtime/sys/sparse.h"
#include "watch.h"

/*
 * libev keeps the descriptor in the lower half of the data that it registers with epoll. A wrong guess would do no
 * harm.
 */
static const struct side *side_told(const struct hub *hub, const struct epoll_event *event)
{
	void **place = sparse_find(&hub->io.watches, event->data.u32);

	return place && *place ? side_of(*place, event->events & EPOLLIN ? POLLIN : POLLOUT) : NULL;
}

/* Each pass uses what the pass before has prefetched, which is on its way for all events by then. */
void poller_fetch_ahead(const struct hub *hub, const struct epoll_event *events, int count)
{
	const struct side *side;
	int i;

	for (i = 0; i < count; i++)
		__builtin_prefetch(side_told(hub, &events[i]));
	for (i = 0; i < count; i++) {
		side = side_told(hub, &events[i]);
		if (side)
			__builtin_prefetch(side->queue.first);
	}
	for (i = 0; i < count; i++) {
		side = side_told(hub, &events[i]);
		if (side && side->queue.first)
			__builtin_prefetch(side->queue.first->greenlet);
	}
}
