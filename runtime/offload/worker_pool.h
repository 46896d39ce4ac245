/* The pool of helper OS threads, and the jobs that greenlets queue for them. */
#ifndef RUNTIME_OFFLOAD_WORKER_POOL_H
#define RUNTIME_OFFLOAD_WORKER_POOL_H

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
	_Atomic bool begun; /* for a job that a greenlet meets */
	bool is_met;
	bool may_be_refused;  /* where no OS thread is to be had it is not run, and the greenlet told */
	bool is_refused;      /* it has been; valid once it is done */
	void (*drop)(void *); /* of a job on the heap that may be left; the greenlet that leaves it sets left */
	bool left;
};

/* Queues a job of the calling greenlet; when it is done a helper unparks that. */
void queue_job(struct job *job);

/* Takes a job back that no helper has begun; false: one has. Called with offload_lock held. */
bool take_back_job(struct job *job);

/*
 * Makes the OS threads that the jobs in the queue need. Called by a greenlet after it has queued one, before it parks;
 * may park, as pthread_create calls malloc. Leaves errno alone. Returns false when there was nothing to do; after true
 * the caller looks again at what it waits for.
 */
bool offload_make_threads(void);

/* Makes a thread of the system's, all signals blocked, to be joined or detached. Returns 0 or EAGAIN. */
int make_os_thread(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
