/* What greenlets wait for, and since when: for all reports of it. */
#ifndef RUNTIME_REPORT_WAITS_H
#define RUNTIME_REPORT_WAITS_H

#include "runtime/sched/hub.h"

/*
 * The name of the call with this number, which is `waits_in` of a greenlet less 1. NULL: nobody notes calls.
 */
extern const char *(*waits_call_name)(unsigned call);

/* Notes for each greenlet in which line of the parking lot it stands. Before the others of these, at each report. */
void waits_look(void);

/* True where nobody but a greenlet or a thread of this process can end the wait of g. */
bool waits_inside(const struct greenlet *g);

/*
 * Appends to the text, which has room for so many bytes, what g waits for, which must be parked, how long it has and
 * how much longer it would: " in sem_wait for 0x55d0c0ffee00 for 0.250 s". Other greenlets are called as name() says.
 */
void waits_describe(
    const struct greenlet *g, char *text, size_t size, void (*name)(const struct greenlet *g, char *text, size_t size));

#endif
