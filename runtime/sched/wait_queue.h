/* Wait queues, first in, first out. Descriptors, addresses and objects of the toolbox have such queues. */
#ifndef RUNTIME_SCHED_WAIT_QUEUE_H
#define RUNTIME_SCHED_WAIT_QUEUE_H

struct greenlet;
struct wait_options;

struct waiter {
	struct greenlet *greenlet; /* NULL: an OS thread without greenlets, see parking_lot.c */
	struct queue *queue;       /* that it is in; NULL: none */
	struct waiter *next, *previous;
	int error; /* why it was taken out of the queue, 0 or an errno value */

	/* Of one that waits for a descriptor, see poller_closing(). */
	unsigned kept_fd : 27;     /* the duplicate of the file that was closed under it; 0: none */
	unsigned keeps_file : 1;   /* as in struct wait_options */
	unsigned goes_first : 1;   /* the same */
	unsigned is_woken : 1;     /* by the loop, and has not run since; or it is there for its file alone */
	unsigned is_restarted : 1; /* a signal handler has run meanwhile that does not end the wait */
};

struct queue {
	struct waiter *first, *last;
};

/* Puts a waiter at the end. */
void queue_enter(struct queue *queue, struct waiter *waiter);

/* Puts it before another of the queue. */
void queue_enter_before(struct queue *queue, struct waiter *waiter, struct waiter *next);

/* Takes it out, wherever it stands; one that stands nowhere is left alone. */
void queue_leave(struct waiter *waiter);

/* Takes the first out, for that error. There must be one. Returns its greenlet. */
struct greenlet *queue_take_first(struct queue *queue, int error);

/* The same, and makes its greenlet ready. */
void queue_wake_first(struct queue *queue, int error);

/* The same for all of them. */
void queue_wake_all(struct queue *queue, int error);

/*
 * Parks the calling greenlet at the end of the queue. Returns the error that it was woken with, or what park() says.
 * For queues that one hub's greenlets use alone.
 */
int queue_park(struct queue *queue, const struct wait_options *until);

#endif
