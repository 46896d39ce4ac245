/*
 * A handler only notes the signal and wakes the greenlet that waits for it. That greenlet spawns another one, in which
 * the program's function runs.
 */
#include "on_signal.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/park.h"
#include "runtime/sys/fail.h"

#define SIGNALS 65

static struct {
	green_signal_fn *fn; /* NULL: the signal is not ours */
	void *arg;
	_Atomic bool has_come;
	struct sigaction before;
} watched[SIGNALS];

static int count; /* of the signals that are ours */
static _Atomic(struct greenlet *) watcher;

static void on_signal(int signo)
{
	struct greenlet *g = atomic_load(&watcher);

	note_handler(signo);
	atomic_store(&watched[signo].has_come, true);
	if (g)
		remote_wake(g);
}

bool spawns_for(const struct sigaction *action)
{
	return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == on_signal;
}

static void *call(void *signo)
{
	int number = (int)(intptr_t)signo;

	if (watched[number].fn)
		watched[number].fn(number, watched[number].arg);
	return NULL;
}

/* If there is no memory for it now, the next signal tries again. */
static void spawn_for(int signo)
{
	static const struct green_options options = {.name = "signal"};
	green_t *g = green_spawn_with(&options, call, (void *)(intptr_t)signo);

	if (g)
		green_detach(g);
	else
		atomic_store(&watched[signo].has_come, true);
}

static void *watch(void *unused)
{
	int signo;

	while (count) {
		for (signo = 1; signo < SIGNALS; signo++) {
			if (atomic_exchange(&watched[signo].has_come, false) && watched[signo].fn)
				spawn_for(signo);
		}
		park_uninterruptibly();
	}
	atomic_store(&watcher, NULL);
	return unused;
}

/* In the child of a fork: the greenlet belongs to the parent. */
static void forget_all(void)
{
	int signo;

	atomic_store(&watcher, NULL);
	for (signo = 1; signo < SIGNALS; signo++) {
		if (watched[signo].fn)
			sigaction(signo, &watched[signo].before, NULL);
		watched[signo].fn = NULL;
	}
	count = 0;
}

FORK_PART(FORK_ON_SIGNAL, .in_child = forget_all);

static int start_watcher(void)
{
	static const struct green_options options = {.name = "signals"};
	struct greenlet *g = atomic_load(&watcher);

	if (g)
		return self && self->hub == g->hub ? 0 : EPERM;
	g = green_spawn_with(&options, watch, NULL);
	if (!g)
		return errno;
	green_detach(g);
	atomic_store(&watcher, g);
	return 0;
}

static int take_signal(int signo, green_signal_fn *fn, void *arg)
{
	struct sigaction ours = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
	int error;

	if (sigaction(signo, NULL, &before) < 0)
		return errno;
	/* Before any change: it fails on another OS thread than the watcher's. */
	error = start_watcher();
	if (error)
		return error;
	if (!watched[signo].fn && sigaction(signo, &ours, &watched[signo].before) < 0)
		return errno;
	count += !watched[signo].fn;
	watched[signo].fn = fn;
	watched[signo].arg = arg;
	return 0;
}

static int leave_signal(int signo)
{
	struct greenlet *g = atomic_load(&watcher);

	if (!watched[signo].fn)
		return 0;
	if (!self || !g || self->hub != g->hub)
		return EPERM;
	watched[signo].fn = NULL;
	sigaction(signo, &watched[signo].before, NULL);
	if (!--count)
		unpark(g);
	return 0;
}

int green_on_signal(int signo, green_signal_fn *fn, void *arg)
{
	if (signo < 1 || signo >= SIGNALS)
		return fail(EINVAL);
	return fail(fn ? take_signal(signo, fn, arg) : leave_signal(signo));
}
