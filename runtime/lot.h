/*
 * The parking lot: waiting by address, for greenlets and OS threads alike. After the parking lot of WebKit (F. Pizlo,
 * "Locking in WebKit"): the state of a lock stays in the program's own object, and who waits for it stands in a line
 * that is found by hashing the address.
 */
#ifndef LOT_H
#define LOT_H

#include "park.h"
#include "queue.h"
#include <stdatomic.h>

/* Where somebody stands in line; on his own stack. */
struct place {
	struct waiter waiter; /* first: the queue knows nothing more */
	const void *address;
	_Atomic uint32_t called; /* an OS thread without greenlets sleeps on this word */
};

/*
 * Parks the caller, or blocks it where it is no greenlet, if *address still holds value, until somebody wakes it.
 * Returns 0 when woken, EAGAIN when the value is another, or ETIMEDOUT, ECANCELED, EINTR. May return 0 without cause.
 */
int lot_wait(const uint32_t *address, uint32_t value, const struct until *until);

/* Wakes up to count who wait at the address, those first who came first. Returns how many. From any OS thread. */
int lot_wake(const void *address, int count);

/*
 * Lines that move when their first says so. Who enters stays until he leaves; the first of a line can be called, and
 * then looks whether it is his turn. lot_call_first() may be called by a signal handler.
 */
void lot_enter(const void *address, struct place *place);
bool lot_leave(struct place *place); /* false: lot_wake() has taken him out before */
bool lot_is_first(const struct place *place);
void lot_call_first(const void *address);

/* True when somebody stands in a line at this address. With nobody there, two loads. */
bool lot_has_line(const void *address);

/* Parks or blocks the caller, who stands in line, until he is called. Returns as park() does. */
int lot_stay(struct place *place, const struct until *until);

/* The same, killed or not, until lot_wake() has taken him out of the line. */
void lot_stay_until_woken(struct place *place);

/* Calls the first of every line: what lot_call_first() leaves to the hub when it cannot do it itself. */
void lot_call_all(void);

/* In the child of a fork: whoever waited has stayed in the parent. */
void lot_reset(void);

#endif
