/*
 * The resolver keeps a state for each thread: its servers, its options, and a socket. glibc has it in the descriptor,
 * at a place that only the thread's own start knows; so a block has one of ours, above all else.
 */
#include "arch.h"
#include "layout.h"
#include "tls.h"
#include <resolv.h>
#include <string.h>

#define ROOM ((sizeof(struct __res_state) + 63) & ~63ul)

extern __thread struct __res_state *__resp __attribute__((weak, tls_model("initial-exec")));

/* Where there is no such variable, its address is outside of libc's. */
bool glibc_resolver_is_known(void)
{
	ptrdiff_t place = (char *)&__resp - (char *)thread_pointer();

	return place >= glibc.libc_low && place < glibc.libc_high && __resp == glibc.resolver_state();
}

void glibc_make_room_for_resolver(void)
{
	glibc.resolver = (ptrdiff_t)((glibc.above + 63) & ~63ul);
	glibc.above = (size_t)glibc.resolver + ROOM;
}

void glibc_give_resolver(void *tp)
{
	struct __res_state **its_own = tls_at(tp, &__resp, thread_pointer());

	*its_own = (struct __res_state *)((char *)tp + glibc.resolver);
}

/* Some set what they want of it before it has been used. */
static bool is_as_new(const struct __res_state *state)
{
	return !state->options && !state->nscount && !state->retrans && !state->retry;
}

void glibc_leave_resolver(void)
{
	struct __res_state *state = __resp;

	if ((char *)state != (char *)thread_pointer() + glibc.resolver || is_as_new(state))
		return;
	if (state->nscount)
		res_nclose(state);
	memset(state, 0, sizeof(*state));
}
