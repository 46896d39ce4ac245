/*
 * Threads that are greenlets: pthread_create spawns one, and its pthread_t is what pthread_self() answers in it, as
 * for any other thread. Threads of the system's own stay what they are; who meets one calls libc.
 */
#include "blocking.h"
#include "options.h"
#include "turn.h"

/* What programs ask for by not asking: less than the system's 8 MiB, as so many more of these fit into one process. */
#define USUAL_STACK (1024 * 1024ul)

/*
 * The outermost frame that pthread_exit unwinds to. By registering it as a clean-up buffer it becomes for libc what
 * the start of one of its own threads is.
 */
static void *run_thread(void *arg)
{
	struct greenlet *me = self;
	__pthread_unwind_buf_t outermost;

	if (__sigsetjmp_cancel(outermost.__cancel_jmp_buf, 0))
		return self->value;
	__pthread_register_cancel(&outermost);
	me->value = me->start(arg);
	__pthread_unregister_cancel(&outermost);
	return me->value;
}

struct wish {
	size_t stack_size;
	int detach_state;
};

static int read_attributes(const pthread_attr_t *attributes, struct wish *wish)
{
	*wish = (struct wish){.stack_size = default_stack_size > USUAL_STACK ? default_stack_size : USUAL_STACK};
	if (!attributes)
		return 0;
	pthread_attr_getdetachstate(attributes, &wish->detach_state);
	return pthread_attr_getstacksize(attributes, &wish->stack_size);
}

/* On a thread of the system's that is no host, and not the first of the process, a thread is a thread. */
static bool makes_threads(void)
{
	return call_is_off[CALL_pthread_create] || hub_running || (!self && gettid() != getpid());
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	struct green_options options = {0};
	struct wish wish;
	struct greenlet *g;
	int error, before = errno;

	if (makes_threads())
		return libc.pthread_create(thread, attributes, start, arg);
	error = read_attributes(attributes, &wish);
	if (error)
		return error;
	options.stack_size = wish.stack_size;
	g = green_spawn_with(&options, run_thread, arg);
	errno = before;
	if (!g)
		return EAGAIN;
	g->start = start;
	g->detached = wish.detach_state == PTHREAD_CREATE_DETACHED;
	*thread = thread_of(g);
	return 0;
}

static int join_until(struct greenlet *g, void **result, const struct until *until)
{
	int error = 0;

	if (g == self)
		return EDEADLK;
	if (g->detached || g->is_joined)
		return EINVAL;
	g->is_joined = true;
	while (!atomic_load(&g->ended) && !error) {
		error = lot_wait((uint32_t *)&g->ended, 0, until);
		if (error == EAGAIN)
			error = 0;
	}
	g->is_joined = false;
	if (!atomic_load(&g->ended))
		return error;
	if (result)
		*result = g->value;
	g->detached = true;
	if (self && self->hub == g->hub)
		give_greenlet(g->hub, g);
	return 0;
}

struct join_job {
	pthread_t thread;
	void **result;
	int error;
};

static void join_natively(void *arg)
{
	struct join_job *job = arg;

	job->error = libc.pthread_join(job->thread, job->result);
}

/* A greenlet waits for a thread of the system's. */
static int join_on_helper(pthread_t thread, void **result)
{
	struct blocking call = blocking_on(CALL_pthread_join, -1, 0);
	struct join_job job = {thread, result, 0};

	if (goes_native(&call))
		return libc.pthread_join(thread, result);
	call_on_helper(&call, join_natively, &job);
	return job.error;
}

int pthread_join(pthread_t thread, void **result)
{
	static const struct until for_ever = {.deadline = FOR_EVER, .firm = true};
	struct greenlet *g = greenlet_of(thread);

	return g ? join_until(g, result, &for_ever) : join_on_helper(thread, result);
}

int pthread_tryjoin_np(pthread_t thread, void **result)
{
	struct greenlet *g = greenlet_of(thread);

	if (!g)
		return libc.pthread_tryjoin_np(thread, result);
	return atomic_load(&g->ended) ? join_until(g, result, NULL) : EBUSY;
}

int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *at)
{
	struct greenlet *g = greenlet_of(thread);
	struct until until = {.deadline = FOR_EVER, .firm = true};

	if (!g || !is_waitable(clock))
		return libc.pthread_clockjoin_np(thread, result, clock, at);
	if (at && deadline_by_clock(clock, at, &until))
		return EINVAL;
	return join_until(g, result, &until);
}

int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *at)
{
	return pthread_clockjoin_np(thread, result, CLOCK_REALTIME, at);
}

int pthread_detach(pthread_t thread)
{
	struct greenlet *g = greenlet_of(thread);

	if (!g)
		return libc.pthread_detach(thread);
	if (g->detached)
		return EINVAL;
	g->detached = true;
	if (atomic_load(&g->ended) && self && self->hub == g->hub)
		give_greenlet(g->hub, g);
	return 0;
}
