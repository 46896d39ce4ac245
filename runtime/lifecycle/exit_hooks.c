#include "exit_hooks.h"
#include "runtime/sched/hub.h"

void add_link(struct greenlet *g, struct link *link)
{
	struct link **last = &g->life.exit_hooks;

	while (*last)
		last = &(*last)->next;
	link->next = NULL;
	*last = link;
}

void remove_link(struct greenlet *g, struct link *link)
{
	struct link **at = &g->life.exit_hooks;

	while (*at && *at != link)
		at = &(*at)->next;
	if (*at)
		*at = link->next;
}

/* One may be added or taken back by another. */
void call_links(struct greenlet *g)
{
	struct link *link;

	while ((link = g->life.exit_hooks)) {
		g->life.exit_hooks = link->next;
		link->call(g, link);
	}
}
