/* Returns greenlets as they end. */
#include "runtime/lifecycle/exit_hooks.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/lifecycle/handle.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include "tool.h"

struct awaited {
	struct exit_hook link;
	struct greenlet *greenlet;
	struct green_iwait *iwait;
	struct awaited *next; /* of those that have ended */
};

struct green_iwait {
	struct tool tool;
	struct greenlet *waiter;
	struct awaited *ended, **last;
	size_t left, count;
	struct awaited all[];
};

static void note_end(struct awaited *awaited)
{
	struct green_iwait *iwait = awaited->iwait;

	awaited->next = NULL;
	*iwait->last = awaited;
	iwait->last = &awaited->next;
	if (iwait->waiter)
		unpark(iwait->waiter);
}

static void on_end(struct greenlet *g, struct exit_hook *link)
{
	(void)g;
	note_end((struct awaited *)link);
}

static void await_end(struct green_iwait *iwait, struct greenlet *g)
{
	struct awaited *awaited = &iwait->all[iwait->count++];

	*awaited = (struct awaited){.link = {.call = on_end}, .greenlet = g, .iwait = iwait};
	if (g->life.has_returned)
		note_end(awaited);
	else
		add_exit_hook(g, &awaited->link);
}

green_iwait_t *green_iwait(green_t *const *list, size_t n)
{
	struct green_iwait *iwait = NULL;
	size_t i;

	errno = EINVAL;
	for (i = 0; i < n && list && is_usable(list[i]); i++)
		;
	if (i == n && self) {
		errno = ENOMEM;
		iwait = tool_new(sizeof(*iwait) + n * sizeof(iwait->all[0]), IWAIT);
	}
	if (!iwait)
		return NULL;
	iwait->last = &iwait->ended;
	iwait->left = n;
	for (i = 0; i < n; i++)
		await_end(iwait, list[i]);
	return iwait;
}

static struct greenlet *take_ended(struct green_iwait *iwait)
{
	struct awaited *awaited = iwait->ended;
	struct greenlet *g = awaited->greenlet;

	awaited->greenlet = NULL; /* its handle may be released from now on */
	iwait->ended = awaited->next;
	if (!iwait->ended)
		iwait->last = &iwait->ended;
	iwait->left--;
	return g;
}

green_t *green_iwait_next(green_iwait_t *iwait, double timeout)
{
	struct wait_options until = wait_options_of(timeout, "the next end of a greenlet", NULL);
	int error = 0;

	if (!tool_is(iwait, IWAIT) || iwait->waiter || !self || is_no_time(timeout)) {
		errno = EINVAL;
		return NULL;
	}
	iwait->waiter = self;
	while (iwait->left && !iwait->ended && !error)
		error = park(&until);
	iwait->waiter = NULL;
	if (iwait->left && iwait->ended)
		return take_ended(iwait);
	errno = error;
	return NULL;
}

void green_iwait_free(green_iwait_t *iwait)
{
	size_t i;

	if (!tool_is(iwait, IWAIT))
		return;
	for (i = 0; i < iwait->count; i++) {
		if (iwait->all[i].greenlet)
			remove_exit_hook(iwait->all[i].greenlet, &iwait->all[i].link);
	}
	tool_release(iwait);
}
