/*
 * The signals that each greenlet blocks. The kernel knows one mask for the OS thread: it blocks there what every
 * greenlet blocks, so that a signal which one of them lets through is delivered; interrupt.c then finds out to whom.
 */
#ifndef RUNTIME_SCHED_MASK_H
#define RUNTIME_SCHED_MASK_H

#include "pending.h"

struct greenlet;
struct hub;

/* What cannot be blocked; libc keeps two for itself. */
#define UNBLOCKABLE (1ull << (SIGKILL - 1) | 1ull << (SIGSTOP - 1) | 3ull << 31)

/* What the kernel sends to the very thread whose system call has earned it. */
#define EARNED (1ull << (SIGPIPE - 1) | 1ull << (SIGXFSZ - 1))

/* What stops a process in the background that uses its terminal, unless the thread that does so blocks it. */
#define STOPS_BACKGROUND (1ull << (SIGTTIN - 1) | 1ull << (SIGTTOU - 1))

/*
 * Called, unless NULL, when the first greenlet of the process blocks these of EARNED: the kernel lets them through for
 * the others' sake, so they need a handler that knows for which greenlet they are. It may run in a signal handler.
 */
extern void (*guard_earned)(uint64_t signals);

/* True when a greenlet has blocked this one of EARNED. */
bool is_guarded(int signo);

/* The main greenlet blocks what its OS thread does. */
void mask_begin(struct hub *hub);

/* A greenlet comes and blocks these; it goes. */
void mask_enter(struct greenlet *g, uint64_t blocked);
void mask_leave(struct greenlet *g);

/* In the child of a fork, to which the caller's mask goes: it alone is left. */
void mask_reset(struct hub *hub, struct greenlet *g);

/* Notes what g, of the caller's hub, blocks from now on; the kernel does not learn of it. */
void note_mask(struct greenlet *g, uint64_t blocked);

/* The same for the calling greenlet, and the kernel learns of it. Signals may be delivered at once. */
void change_mask(struct greenlet *me, uint64_t blocked);

/* The same where libc is about to tell the kernel; before another greenlet runs that is told what all of them block. */
void expect_mask(struct greenlet *me, uint64_t blocked);

/* What every greenlet of the hub blocks. */
uint64_t common_mask(const struct hub *hub);

/* Makes the kernel block that, if it does not. */
void apply_masks(struct hub *hub);

/* Makes the kernel let these through, until the masks are applied the next time. */
void open_mask(struct hub *hub, uint64_t signals);

/*
 * Around a call that the calling greenlet makes as it is, and during which the kernel blocks this mask instead: what
 * comes meanwhile is judged by it. NULL, and an OS thread without greenlets: nothing to do. The number returned is
 * the one to give back.
 */
uint64_t lend_mask(const sigset_t *mask);
void take_back_mask(const sigset_t *mask, uint64_t before);

/*
 * Around a call by which another program starts: it gets the calling greenlet's mask, so the OS thread has that for so
 * long. True when there was something to do, to be undone by apply_masks().
 */
bool show_own_mask(void);

/* The same for those of these signals that the calling greenlet blocks: around a call that goes by whether it does. */
bool show_own_blocks(uint64_t signals);

#endif
