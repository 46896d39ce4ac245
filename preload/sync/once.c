/*
 * Once-only execution, in libc's format: 0; running, with the fork generation in the upper bits; done. It is ours for
 * OS threads without greenlets too: the thread that runs a routine and its waiters must agree on how to wake, and the
 * first greenlet may be created while the routine runs.
 */
#include "fair_queue.h"
#include "preload/core/options.h"
#include "preload/core/stats.h"
#include "runtime/lifecycle/fork.h"
#include <limits.h>
#include <unwind.h>

enum { RUNNING_NOW = 1, DONE = 2, GENERATION = 4 };

/*
 * The value that says that this process runs the routine. It differs in the child of a fork, where the parent's runners
 * do not exist.
 */
static uint32_t run_here = RUNNING_NOW;

/* The routines that the caller is running, the innermost first; each on the stack of its pthread_once(). */
static __thread struct run {
	uint32_t *control;
	struct run *outer;
} * innermost __attribute__((tls_model("initial-exec")));

static void settle(uint32_t *control, uint32_t value)
{
	__atomic_store_n(control, value, __ATOMIC_SEQ_CST);
	parking_lot_wake(control, INT_MAX);
}

/*
 * The unwinder calls this for run() when an exception, pthread_exit() or a cancellation leaves the routine: then the
 * routine counts as not run. It is a personality of our own, because the compiler's would make every program load
 * libgcc's library.
 */
_Unwind_Reason_Code once_left(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
    struct _Unwind_Exception *exception, struct _Unwind_Context *context) __attribute__((used, visibility("hidden")));

_Unwind_Reason_Code once_left(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
    struct _Unwind_Exception *exception, struct _Unwind_Context *context)
{
	(void)version;
	(void)class;
	(void)exception;
	(void)context;
	if (actions & _UA_CLEANUP_PHASE) {
		uint32_t *control = innermost->control;

		innermost = innermost->outer;
		settle(control, 0);
	}
	return _URC_CONTINUE_UNWIND;
}

static __attribute__((noinline)) void run(uint32_t *control, void (*routine)(void))
{
	struct run this = {.control = control, .outer = innermost};

	/* 0x1b: a signed distance of four bytes from here. */
	asm(".cfi_personality 0x1b, once_left");
	innermost = &this;
	routine();
	innermost = this.outer;
	settle(control, DONE);
	let_urgent_run();
}

static void run_once(enum call call, uint32_t *control, void (*routine)(void))
{
	uint32_t value = __atomic_load_n(control, __ATOMIC_ACQUIRE);

	while (!(value & DONE)) {
		if (value == run_here) {
			stats_parked(call);
			parking_lot_wait(control, value, &wait_forever_uninterruptibly);
			value = __atomic_load_n(control, __ATOMIC_ACQUIRE);
		} else if (__atomic_compare_exchange_n(
			       control, &value, run_here, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			run(control, routine);
			return;
		}
	}
}

int pthread_once(pthread_once_t *control, void (*routine)(void))
{
	if (__atomic_load_n(control, __ATOMIC_ACQUIRE) & DONE)
		return 0;
	if (call_is_off[CALL_pthread_once])
		return libc.pthread_once(control, routine);
	run_once(CALL_pthread_once, (uint32_t *)control, routine);
	return 0;
}

void call_once(once_flag *flag, void (*routine)(void))
{
	if (__atomic_load_n(&flag->__data, __ATOMIC_ACQUIRE) & DONE)
		return;
	if (call_is_off[CALL_call_once])
		libc.call_once(flag, routine);
	else
		run_once(CALL_call_once, (uint32_t *)&flag->__data, routine);
}

synonym(__pthread_once, pthread_once);

static void begin_generation(void)
{
	run_here += GENERATION;
}

FORK_PART(FORK_ONCE, .in_child = begin_generation);
