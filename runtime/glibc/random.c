/*
 * From 2.41 on glibc draws random numbers by a function of the kernel's that makes no system call, and keeps a state in
 * memory for each thread: libc takes one from its stock at the thread's first draw, notes it in the descriptor, and
 * puts it back when a thread of its own ends. The stock only grows. A greenlet's state stays in the block, for the next
 * that has the block; when the block goes, the state is kept for the next block that is made.
 */
#include "layout.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>

struct state {
	struct state *next;
	void *of_libc;
};

struct lock random_lock;

static struct state *kept; /* those without a block; under random_lock */

static void **place(void *tp)
{
	return (void **)((char *)tp - glibc.descriptor_below + glibc.random);
}

/* To draw no bytes is enough for a state, and never waits. */
static void *draw_nothing(void *unused)
{
	char byte;

	glibc.getrandom(&byte, 0, GRND_NONBLOCK);
	return unused;
}

/* The one word of the descriptor that was NULL and is not any more; 0: there is none, or more than one. */
static ptrdiff_t find_set_word(const char *descriptor, const char *before)
{
	ptrdiff_t at, found = 0;

	for (at = 0; at + (ptrdiff_t)sizeof(void *) <= (ptrdiff_t)glibc.descriptor_size;
	     at += (ptrdiff_t)sizeof(void *)) {
		if (*(void *const *)(before + at) || !*(void *const *)(descriptor + at))
			continue;
		if (found)
			return 0;
		found = at;
	}
	return found;
}

int glibc_learn_random(void *tp)
{
	char *descriptor = (char *)tp - glibc.descriptor_below, *before;

	if (!glibc.getrandom)
		return 0;
	before = memory_alloc(glibc.descriptor_size);
	if (!before)
		return ENOMEM;
	memcpy(before, descriptor, glibc.descriptor_size);
	glibc_call_as(tp, draw_nothing, NULL);
	glibc.random = find_set_word(descriptor, before);
	memory_free(before);
	return 0;
}

/* The lowest bit says that a draw is under way: one that a signal handler has ended by jumping away. */
void *glibc_random_state(void *tp)
{
	return glibc.random ? (void *)((uintptr_t)*place(tp) & ~1ul) : NULL;
}

void glibc_set_random_state(void *tp, void *state)
{
	if (glibc.random)
		*place(tp) = state;
}

/* Without memory for the note the state is lost. */
void glibc_keep_random(void *tp)
{
	void *of_libc = glibc_random_state(tp);
	struct state *state = of_libc ? memory_alloc(sizeof(*state)) : NULL;

	if (!state)
		return;
	state->of_libc = of_libc;
	defer_signals();
	lock(&random_lock);
	state->next = kept;
	kept = state;
	unlock(&random_lock);
	resume_signals();
}

void glibc_give_random(void *tp)
{
	struct state *state;

	if (!glibc.random)
		return;
	defer_signals();
	lock(&random_lock);
	state = kept;
	if (state)
		kept = state->next;
	unlock(&random_lock);
	resume_signals();
	if (!state)
		return;
	*place(tp) = state->of_libc;
	memory_free(state);
}
