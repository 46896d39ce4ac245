/*
 * Signals: a greenlet is spawned for each, in which any function may be called.
 *
 *	static void stop(int signo, void *group)
 *	{
 *		green_group_kill(group, 5);
 *	}
 *
 *	green_on_signal(SIGINT, stop, group);
 */
#ifndef GREENLOAD_SIGNALS_H
#define GREENLOAD_SIGNALS_H

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The function that is called, in a greenlet of its own. */
typedef void green_signal_fn(int signo, void *arg);

/*
 * From now on fn(signo, arg) is called in a new greenlet whenever the signal arrives; signals that arrive before the
 * last was handled may count as one. It interrupts no call. With fn NULL, the signal's previous action is restored. All
 * the functions run on the OS thread that made the first call; as long as there is one, a greenlet waits for the
 * signals, which counts as alive. The child of a fork has none of them. Never parks. Fails with EINVAL (no such signal,
 * or one that cannot be caught), EPERM (on another OS thread), and as green_spawn() does.
 */
int green_on_signal(int signo, green_signal_fn *fn, void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
