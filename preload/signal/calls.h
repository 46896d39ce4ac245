/* What the hooks of these names do, for other files. */
#ifndef PRELOAD_SIGNAL_CALLS_H
#define PRELOAD_SIGNAL_CALLS_H

#include <pthread.h>
#include <signal.h>

int do_sigaction(int signo, const struct sigaction *action, struct sigaction *before);
int do_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int do_sigsuspend(const sigset_t *mask);

int do_pthread_kill(pthread_t thread, int signo);
int do_pthread_sigqueue(pthread_t thread, int signo, const union sigval value);

#endif
