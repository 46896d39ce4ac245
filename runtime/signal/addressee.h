/*
 * Signals that the kernel sends to an OS thread in the place of one of its greenlets: of a timer with SIGEV_THREAD_ID,
 * of a descriptor with F_OWNER_TID. The kernel is told the OS thread's id; what the siginfo names, the timer or the
 * descriptor, tells the greenlet. An entry is never freed but reused, so a signal handler reads the table without a
 * lock.
 */
#ifndef RUNTIME_SIGNAL_ADDRESSEE_H
#define RUNTIME_SIGNAL_ADDRESSEE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct greenlet;
struct hub;

/*
 * What a signal is on behalf of, and what its number is: the kernel's id of the timer, the descriptor. A descriptor
 * that stands for the greenlet itself is noted here, too.
 */
enum on_behalf_of { OF_TIMER = 1, OF_DESCRIPTOR, OF_PIDFD };

/*
 * Notes the greenlet that gets its signals from now on; NULL: the main greenlet of the OS thread that gets them.
 * Replaces what was noted before. From any OS thread; async-signal-safe. False where there is no memory.
 */
bool note_addressee(enum on_behalf_of what, int number, const struct greenlet *g);
void forget_addressee(enum on_behalf_of what, int number);

/* What is noted of the one number holds for the other one from now on, even if that is nothing. */
void copy_addressee(enum on_behalf_of what, int from, int to);

/* False where nothing is noted; else *g is the greenlet that gets them, NULL for one that has ended. */
bool addressee_of(enum on_behalf_of what, int number, struct hub *hub, struct greenlet **g);

/*
 * The same for a signal that has come to this hub's OS thread. Async-signal-safe. Of a descriptor whose signal the
 * program has not chosen, *info becomes what the kernel says then: that it is from the kernel. Asked once more when the
 * signal is taken.
 */
bool addressee_of_signal(siginfo_t *info, struct hub *hub, struct greenlet **g);

/*
 * How often the timer would have sent its signal besides, by the one that was taken last: the kernel does not know of
 * those that came while one was pending for the greenlet. False where the timer is not noted, or for a main greenlet.
 */
bool overrun_of(int timer, int *overrun);

/*
 * The kernel tells the descriptor only with a signal that was chosen by F_SETSIG. So SIGIO is chosen where the program
 * has chosen none, which is noted here.
 */
void note_unchosen(int fd, bool is_unchosen);
bool is_unchosen(int fd);

/* True while anything is noted: what comes and goes with descriptors need not look otherwise. */
bool has_addressees(void);

/* In the child of a fork, which has no timers. */
void addressees_reset(void);

#endif
