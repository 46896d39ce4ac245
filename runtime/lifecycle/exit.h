/* The end of a greenlet, and of what it leaves behind. */
#ifndef RUNTIME_LIFECYCLE_EXIT_H
#define RUNTIME_LIFECYCLE_EXIT_H

struct greenlet;
struct hub;

/* The calling greenlet ends; it has run its destructors. Does not return. */
_Noreturn void end_greenlet(struct greenlet *g);

/*
 * The main greenlet, which is the caller, ends before the process does; it has run its destructors. Its OS thread goes
 * on for the other greenlets, and the last of those ends the process; where there is none, this call does. Does not
 * return.
 */
_Noreturn void end_main(struct hub *hub);

/* On the hub's own context: the rest for one that ended on a stack that the program gave, and may take back then. */
void finish_leaving(struct greenlet *g);

/*
 * The handle of g is no longer needed: it was joined or detached. g is released once it has ended, too. Once
 * only, from any OS thread.
 */
void release_greenlet(struct greenlet *g);

#endif
