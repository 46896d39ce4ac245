/*
 * The parking lot: waiting by address, as futex(2) does it, for greenlets and OS threads alike. After the parking lot
 * of WebKit (F. Pizlo, "Locking in WebKit"): the lock's state stays in the program's own object, queues are found by
 * hashing its address.
 */
#ifndef LOT_H
#define LOT_H

#include "park.h"

/*
 * Parks the caller, or blocks it where it is no greenlet, if *address still holds value, until somebody wakes it.
 * Returns 0 when woken, EAGAIN when the value is another, or ETIMEDOUT, ECANCELED, EINTR. May return 0 without cause.
 */
int lot_wait(const uint32_t *address, uint32_t value, const struct until *until);

/* Wakes up to count who wait at the address, those first who came first. Returns how many. From any OS thread. */
int lot_wake(const uint32_t *address, int count);

/* In the child of a fork: whoever waited has stayed in the parent. */
void lot_reset(void);

#endif
