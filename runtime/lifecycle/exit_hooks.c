#include "exit_hooks.h"
#include "runtime/sched/hub.h"

void add_exit_hook(struct greenlet *g, struct exit_hook *link)
{
	struct exit_hook **last = &g->life.exit_hooks;

	while (*last)
		last = &(*last)->next;
	link->next = NULL;
	*last = link;
}

void remove_exit_hook(struct greenlet *g, struct exit_hook *link)
{
	struct exit_hook **at = &g->life.exit_hooks;

	while (*at && *at != link)
		at = &(*at)->next;
	if (*at)
		*at = link->next;
}

/* One may be added or taken back by another. */
void run_exit_hooks(struct greenlet *g)
{
	struct exit_hook *link;

	while ((link = g->life.exit_hooks)) {
		g->life.exit_hooks = link->next;
		link->call(g, link);
	}
}
