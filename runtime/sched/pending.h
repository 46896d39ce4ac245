/*
 * Signals that were sent to one greenlet, or have come to an OS thread whose running greenlet blocks them, kept with
 * their siginfo until a greenlet takes them. As in the kernel, a standard signal is pending once, and each
 * real-time signal as often as it was sent, in order, but one of a timer once.
 */
#ifndef RUNTIME_SCHED_PENDING_H
#define RUNTIME_SCHED_PENDING_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pending {
	_Atomic uint64_t signals; /* bit signo - 1 */
};

/* A set of signals, as the kernel has it. */
static inline uint64_t signal_bit(int signo)
{
	return 1ull << (signo - 1);
}

static inline uint64_t signal_bits(const sigset_t *set)
{
	uint64_t bits;

	__builtin_memcpy(&bits, set, sizeof(bits));
	return bits;
}

/* The first so many bytes alone: the rest of a sigset_t the kernel does not write either. */
static inline void store_signal_bits(uint64_t bits, sigset_t *set)
{
	__builtin_memcpy(set, &bits, sizeof(bits));
}

/*
 * Keeps a signal. From any OS thread; async-signal-safe. Returns 0, or EAGAIN for a real-time signal that there is no
 * room for; a standard signal then stays without what its sender said.
 */
int pending_add(struct pending *pending, int signo, const siginfo_t *info);

/* Takes the oldest of this number. False when there is none. For the one OS thread that they concern. */
bool pending_take(struct pending *pending, int signo, siginfo_t *info);

/* Gives all of this number to another. */
void pending_move(struct pending *from, struct pending *to, int signo);

/*
 * Forgets what this timer has sent, wherever it is pending, as the kernel does when the timer is set or deleted. From
 * any OS thread.
 */
void pending_forget_timer(int timer);

/* Forgets all of them. */
void pending_drop(struct pending *pending);

/* Those of which each one counts: what the kernel calls real-time, but for libc's own. */
#define QUEUED (~0ull << 33)

/* True when there is room for few more: then they are to wait in the kernel. */
bool pending_is_short(void);

#endif
