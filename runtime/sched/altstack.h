/*
 * Alternate signal stacks. Each greenlet has its own; the kernel knows one for the OS thread, which follows the
 * switches as long as any greenlet has set one. A greenlet without one gets the hub's, where an overflow is reported.
 */
#ifndef RUNTIME_SCHED_ALTSTACK_H
#define RUNTIME_SCHED_ALTSTACK_H

#include <signal.h>
#include <stdbool.h>

struct greenlet;
struct hub;

/* The main greenlet has the one that its OS thread has, if any. */
void altstack_begin(struct hub *hub);

/* sigaltstack(2) for the calling greenlet. Returns 0 or an errno value. */
int altstack_set(struct greenlet *me, const stack_t *stack, stack_t *before);

/* Its own alternate stack, which it has, may go at any time. */
void altstack_leave(struct greenlet *me);

/* In the child of a fork: g alone is left. */
void altstack_reset(struct hub *hub, const struct greenlet *g);

/* What the kernel has been told. */
const stack_t *altstack_in_force(const struct hub *hub);

/* The greenlet is about to be switched to. Not to be called while the stack in force is in use. */
void altstack_follow(struct greenlet *next);

/* True when the caller runs on the stack in force: the kernel keeps that until the caller leaves it. */
bool altstack_is_in_use(const struct hub *hub);

/*
 * The hub's own context has just been switched to: a handler may have parked on the stack that is in force. To be
 * called when hub->altstacks is not 0.
 */
void altstack_spare(struct hub *hub);

#endif
