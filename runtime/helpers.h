/* The pool of helper OS threads, and the jobs that greenlets queue for them. */
#ifndef HELPERS_H
#define HELPERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct greenlet;

struct job {
	struct job *next;
	void (*run)(void *);
	void *arg;
	struct greenlet *greenlet;
	bool is_brief; /* others may have to wait until it is done */
	_Atomic bool done;
	_Atomic bool begun; /* where somebody meets it */
	bool is_met;
	void (*drop)(void *); /* of a job that may be left: it is on the heap, and who leaves it sets left */
	bool left;
};

/* Queues a job of the calling greenlet; when it is done a helper unparks that. */
void queue_job(struct job *job);

/* Takes a job back that no helper has begun; false: one has. Called with helpers_lock held. */
bool take_back_job(struct job *job);

/* Makes a thread of the system's, all signals blocked, to be joined or detached. Returns 0 or EAGAIN. Not on a
 * greenlet. */
int make_os_thread(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
