#include "exit_hooks.h"
#include "runtime/sched/hub.h"

void add_link(struct greenlet *g, struct link *link)
{
	struct link **last = &g->links;

	while (*last)
		last = &(*last)->next;
	link->next = NULL;
	*last = link;
}

void remove_link(struct greenlet *g, struct link *link)
{
	struct link **at = &g->links;

	while (*at && *at != link)
		at = &(*at)->next;
	if (*at)
		*at = link->next;
}

/* One may be added or taken back by another. */
void call_links(struct greenlet *g)
{
	struct link *link;

	while ((link = g->links)) {
		g->links = link->next;
		link->call(g, link);
	}
}
