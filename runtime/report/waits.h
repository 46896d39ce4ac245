/* What greenlets wait for, and since when: common to all reports. */
#ifndef RUNTIME_REPORT_WAITS_H
#define RUNTIME_REPORT_WAITS_H

#include "runtime/sched/hub.h"

/*
 * Returns the name of the call with this number, which is `wait.call` of a greenlet less 1. NULL: calls are not noted.
 */
extern const char *(*waits_call_name)(unsigned call);

/*
 * Notes for each greenlet in which wait queue of the parking lot it is. To be called before the other functions here,
 * at each report.
 */
void waits_look(void);

/* True if only a greenlet or a thread of this process can end the wait of g. */
bool waits_inside(const struct greenlet *g);

/*
 * Appends to the text, a buffer of `size` bytes, what g waits for, how long it has waited and how much time is left: "
 * in sem_wait for 0x55d0c0ffee00 for 0.250 s". g must be parked. name() writes how another greenlet is called.
 */
void waits_describe(
    const struct greenlet *g, char *text, size_t size, void (*name)(const struct greenlet *g, char *text, size_t size));

#endif
