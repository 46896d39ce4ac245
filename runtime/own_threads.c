#include "own_threads.h"
#include "hold.h"
#include "lock.h"
#include "memory.h"
#include "sys.h"
#include "tls.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

#define STACK_BYTES (1024 * 1024) /* touched only as it is used */

struct own_thread {
	struct own_thread *next;
	void *(*run)(void *arg);
	void *arg;
	_Atomic pid_t id;    /* the maker knows it no later than the thread itself may be seen to run; 0 until then */
	_Atomic int holders; /* the maker and the thread: the last one to let go frees the entry */
};

static struct own_thread *threads;
static struct lock threads_lock; /* guards the list */

__thread bool wants_os_thread;

static void add(struct own_thread *t)
{
	hold_signals();
	lock(&threads_lock);
	t->next = threads;
	threads = t;
	unlock(&threads_lock);
	let_signals();
}

static void take_out(struct own_thread *t)
{
	struct own_thread **at;

	hold_signals();
	lock(&threads_lock);
	for (at = &threads; *at && *at != t; at = &(*at)->next)
		;
	if (*at)
		*at = t->next;
	unlock(&threads_lock);
	let_signals();
}

static void let_go(struct own_thread *t)
{
	if (atomic_fetch_sub(&t->holders, 1) == 1)
		memory_free(t);
}

static void *run(void *arg)
{
	struct own_thread *t = arg;
	void *result;

	atomic_store(&t->id, os_thread_id());
	result = t->run(t->arg);
	take_out(t);
	let_go(t);
	return result;
}

static int make(pthread_t *thread, struct own_thread *t)
{
	pthread_attr_t attributes;
	sigset_t all;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	/* libc leaves its own signals out of both. */
	sigfillset(&all);
	pthread_attr_setsigmask_np(&attributes, &all);
	wants_os_thread = true;
	error = pthread_create(thread, &attributes, run, t);
	wants_os_thread = false;
	pthread_attr_destroy(&attributes);
	return error;
}

int make_os_thread(pthread_t *thread, void *(*f)(void *arg), void *arg)
{
	struct own_thread *t = memory_alloc(sizeof(*t));
	int error;

	if (!t)
		return EAGAIN;
	*t = (struct own_thread){.run = f, .arg = arg, .holders = 2};
	add(t);
	error = make(thread, t);
	if (error) {
		take_out(t);
		memory_free(t);
		return error;
	}
	atomic_store(&t->id, tls_thread_id_at(tls_of_thread(*thread)));
	let_go(t);
	return 0;
}

bool is_own_os_thread(pid_t id)
{
	const struct own_thread *t;

	if (id <= 0)
		return false;
	hold_signals();
	lock(&threads_lock);
	for (t = threads; t && atomic_load(&t->id) != id; t = t->next)
		;
	unlock(&threads_lock);
	let_signals();
	return t != NULL;
}

void own_threads_reset(void)
{
	threads = NULL;
	atomic_store(&threads_lock.state, 0);
}
