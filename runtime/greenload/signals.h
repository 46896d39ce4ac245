/*
 * Signals: a greenlet is spawned for each, in which anything may be done.
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

/* What is called, in a greenlet of its own. */
typedef void green_signal_fn(int signo, void *arg);

/*
 * From now on fn(signo, arg) is called in a new greenlet whenever the signal comes; signals that come before the last
 * was dealt with may count as one. No call is interrupted by it. With fn NULL, the signal does again what it did
 * before. All the functions are run by the OS thread that called this first; as long as there is one, a greenlet waits
 * for the signals, which counts as alive. The child of a fork has none of them. Never parks. Fails with EINVAL (no such
 * signal, or one that can't be caught), EPERM (on another OS thread), and as green_spawn() does.
 */
int green_on_signal(int signo, green_signal_fn *fn, void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
