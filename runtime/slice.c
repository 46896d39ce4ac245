#include "slice.h"
#include "handlers.h"
#include "hub.h"
#include "interrupt.h"
#include "mask.h"
#include "park.h"
#include "stuck.h"
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#define MOST_RANGES 32

/* So many switches from one tick to the next. */
#define LIVELY 16

nanos slice_length = 5 * NANOS_PER_MSEC;
void (*after_slice)(void);
void *(*find_allocator)(void);

struct range {
	uintptr_t from, to;
};

/* Code that must not be left in the middle: ours, libev's, libc's, the allocator's, the dynamic linker's. */
static struct range closed[MOST_RANGES];
static int closed_count;

static int the_signal;               /* 0: none could be had */
static void (*programs_action)(int); /* for it: SIG_DFL or SIG_IGN */
static bool is_prepared;

void *__tls_get_addr(void *);

static void on_slice_end(int signo, siginfo_t *info, void *context);

static bool holds(const struct dl_phdr_info *library, uintptr_t address)
{
	int i;

	for (i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &library->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && address - (library->dlpi_addr + p->p_vaddr) < p->p_memsz)
			return true;
	}
	return false;
}

static void close_code(const struct dl_phdr_info *library)
{
	int i;

	for (i = 0; i < library->dlpi_phnum && closed_count < MOST_RANGES; i++) {
		const ElfW(Phdr) *p = &library->dlpi_phdr[i];
		uintptr_t from = library->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X))
			closed[closed_count++] = (struct range){from, from + p->p_memsz};
	}
}

static int close_if_needed(struct dl_phdr_info *library, size_t size, void *allocator)
{
	const uintptr_t inside[] = {(uintptr_t)on_slice_end, (uintptr_t)gnu_get_libc_version, (uintptr_t)allocator,
	    (uintptr_t)ev_run, (uintptr_t)__tls_get_addr};
	size_t i;

	(void)size;
	for (i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		if (holds(library, inside[i])) {
			close_code(library);
			break;
		}
	}
	return 0;
}

static bool is_open(uintptr_t pc)
{
	int i;

	for (i = 0; i < closed_count; i++) {
		if (pc - closed[i].from < closed[i].to - closed[i].from)
			return false;
	}
	return pc != 0;
}

/*
 * The timer ticks whoever runs. Where they take turns so quickly, nobody needs to be interrupted, least of all who has
 * just begun; and what they have not yet taken up the loop would find again.
 */
static bool is_lively(struct hub *hub)
{
	uint64_t turns = hub->switches - hub->ticked;

	hub->ticked = hub->switches;
	return turns >= LIVELY;
}

void end_slice(struct hub *hub)
{
	hub->slice_over = false;
	hub->turns = 1; /* it was long: the loop is to be looked at */
	yield_turn();
	if (hub->ready_first) /* who was found there stands behind the caller */
		yield_turn();
}

static void interrupt(struct greenlet *me, ucontext_t *context)
{
	int before = errno;

	me->hub->slices++;
	end_slice(me->hub);
	if (has_signals(me))
		take_signals(me);
	return_as_now(me->hub, context);
	errno = before;
	if (after_slice)
		after_slice();
}

static bool is_handler(const ucontext_t *context)
{
	handlers_forget(context_sp(context));
	return handlers.count;
}

/* Somebody has sent the signal who does not know that we use it. */
static void take_stray(void)
{
	int signo = the_signal;

	if (programs_action == SIG_IGN)
		return;
	the_signal = 0;
	signal(signo, SIG_DFL);
	raw_syscall(SYS_tgkill, getpid(), os_thread_id(), signo, 0, 0, 0);
}

static void on_slice_end(int signo, siginfo_t *info, void *context)
{
	bool may_stop = is_open(context_pc(context));
	struct greenlet *me = self;

	(void)signo;
	if (stuck_leave(context))
		return;
	if (info->si_code != SI_TIMER)
		take_stray();
	else if (!me || is_lively(me->hub))
		return;
	else if (me->sliced && !me->loading && may_stop && !is_handler(context))
		interrupt(me, context);
	else
		me->hub->slice_over = true;
}

bool slice_handles(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_slice_end;
}

int slice_signal(void)
{
	return the_signal;
}

/* The highest for which the program has this action. */
static int take_signal_with(void (*action)(int))
{
	struct sigaction ours = {.sa_sigaction = on_slice_end, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER}, now;
	int signo;

	for (signo = SIGRTMAX; signo >= SIGRTMIN; signo--) {
		if (signo == the_signal || sigaction(signo, NULL, &now) != 0 || (now.sa_flags & SA_SIGINFO) ||
		    now.sa_handler != action || sigaction(signo, &ours, NULL) != 0)
			continue;
		programs_action = action;
		return signo;
	}
	return 0;
}

/* An ignored one is the second choice: it would not be ignored any more in a program that is executed. */
static int take_signal(void)
{
	int signo = take_signal_with(SIG_DFL);

	return signo ? signo : take_signal_with(SIG_IGN);
}

int slice_take_signal(void)
{
	if (!the_signal)
		the_signal = take_signal();
	return the_signal;
}

static void prepare(void *allocator)
{
	is_prepared = true;
	dl_iterate_phdr(close_if_needed, allocator);
	slice_take_signal();
}

static bool make_timer(struct hub *hub)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = the_signal};

	event._sigev_un._tid = os_thread_id();
	if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &hub->slice_timer) != 0)
		return false;
	apply_masks(hub);
	return true;
}

static void set_timer(struct hub *hub, nanos length)
{
	struct timespec t = {(time_t)(length / NANOS_PER_SEC), (long)(length % NANOS_PER_SEC)};
	struct itimerspec spec = {t, t};

	hub->is_sliced = timer_settime(hub->slice_timer, 0, &spec, NULL) == 0 && length;
}

void slices_start(struct hub *hub)
{
	if (hub->is_sliced || !slice_length)
		return;
	if (!is_prepared)
		prepare(find_allocator());
	if (!the_signal || (!hub->has_slice_timer && !(hub->has_slice_timer = make_timer(hub))))
		return;
	set_timer(hub, slice_length);
}

void slices_stop(struct hub *hub)
{
	set_timer(hub, 0);
	hub->slice_over = false;
}

static void forget_timer(struct hub *hub, void *unused)
{
	(void)unused;
	if (hub->has_slice_timer)
		timer_delete(hub->slice_timer);
	hub->has_slice_timer = false;
	hub->is_sliced = false;
}

void slices_move(void)
{
	int before = the_signal;
	bool sliced = is_prepared;

	for_each_hub(forget_timer, NULL);
	the_signal = take_signal();
	stuck_move(before);
	if (self && sliced)
		slices_start(self->hub);
}

void slice_show(struct sigaction *action)
{
	*action = (struct sigaction){.sa_handler = programs_action};
}
