/* The state of a greenlet, and functions that are called at its end. */
#include "runtime/lifecycle/exit_hooks.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/lifecycle/handle.h"
#include "runtime/sys/fail.h"
#include "threads.h"
#include <sched.h>
#include <stdlib.h>

void *green_fail(int error)
{
	if (self)
		self->life.error = error;
	else if (failure_of_job)
		*failure_of_job = error;
	return NULL;
}

bool green_started(const green_t *g)
{
	check_handle(g);
	return g && g->life.has_begun;
}

bool green_ready(const green_t *g)
{
	check_handle(g);
	return g && g->life.has_returned;
}

bool green_successful(const green_t *g)
{
	return green_ready(g) && !g->life.error;
}

int green_error(const green_t *g)
{
	return green_ready(g) ? g->life.error : 0;
}

void *green_value(const green_t *g)
{
	return green_ready(g) ? g->life.value : NULL;
}

/* Other greenlets may be idle at the same time: a greenlet that is ready only because it idles does not count. */
int green_idle(void)
{
	struct hub *hub = self ? self->hub : NULL;

	if (!hub) {
		sched_yield();
		return 0;
	}
	hub->idlers++;
	do {
		hub->poll_budget = 1; /* the loop may have more greenlets to wake */
		green_yield();
	} while (hub->ready.count >= hub->idlers && !must_end(self));
	hub->idlers--;
	return must_end(self) ? fail(ECANCELED) : 0;
}

enum when { AT_ANY_END, AT_SUCCESS, AT_FAILURE };

struct called {
	struct exit_hook link;
	green_link_fn *fn;
	void *arg;
	enum when when;
};

static bool is_meant(const struct greenlet *g, enum when when)
{
	return when == AT_ANY_END || (when == AT_FAILURE) == (g->life.error != 0);
}

static void call(struct greenlet *g, struct exit_hook *link)
{
	struct called called = *(struct called *)link;

	free(link);
	if (is_meant(g, called.when))
		called.fn(g, called.arg);
}

static int link_when(green_t *g, green_link_fn *fn, void *arg, enum when when)
{
	struct called *called;

	if (!is_usable(g) || !fn)
		return fail(EINVAL);
	if (g->life.has_returned) {
		if (is_meant(g, when))
			fn(g, arg);
		return 0;
	}
	called = malloc(sizeof(*called));
	if (!called)
		return fail(ENOMEM);
	*called = (struct called){{.call = call}, fn, arg, when};
	add_exit_hook(g, &called->link);
	return 0;
}

int green_link(green_t *g, green_link_fn *fn, void *arg)
{
	return link_when(g, fn, arg, AT_ANY_END);
}

int green_link_value(green_t *g, green_link_fn *fn, void *arg)
{
	return link_when(g, fn, arg, AT_SUCCESS);
}

int green_link_error(green_t *g, green_link_fn *fn, void *arg)
{
	return link_when(g, fn, arg, AT_FAILURE);
}

int green_unlink(green_t *g, green_link_fn *fn, void *arg)
{
	struct exit_hook *link;

	if (!is_usable(g))
		return fail(EINVAL);
	for (link = g->life.exit_hooks; link; link = link->next) {
		struct called *called = (struct called *)link;

		if (link->call == call && called->fn == fn && called->arg == arg) {
			remove_exit_hook(g, link);
			free(link);
			return 0;
		}
	}
	return fail(ENOENT);
}
