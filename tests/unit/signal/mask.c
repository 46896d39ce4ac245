/* Signal masks of greenlets: what the kernel blocks, who takes what comes, and waiting for what is blocked. */
#include "runtime/sched/mask.h"
#include "runtime/sched/altstack.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/park.h"
#include "runtime/signal/sigwait.h"
#include "tests/unit/handle.h"
#include <pthread.h>
#include <stdint.h>

#define USR1 signal_bit(SIGUSR1)
#define USR2 signal_bit(SIGUSR2)

static uint64_t kernels(void)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	return signal_bits(&mask);
}

/* The kernel's mask follows at the next look of the hub at the latest. */
static void look(void)
{
	ck_assert_int_eq(green_sleep(0.001), 0);
}

static void *block_and_sleep(void *mask)
{
	change_mask(self, *(uint64_t *)mask);
	green_sleep(0.02);
	return NULL;
}

START_TEST(kernel_blocks_what_all_block)
{
	uint64_t both = USR1 | USR2, first = USR1;
	green_t *g;

	become_host();
	ck_assert_uint_eq(kernels(), 0);
	change_mask(self, both);
	ck_assert_uint_eq(kernels(), both);
	g = must_spawn(block_and_sleep, &first);
	look();
	ck_assert_uint_eq(kernels(), first);
	must_join(g);
	look();
	ck_assert_uint_eq(kernels(), both);
	change_mask(self, 0);
	ck_assert_uint_eq(kernels(), 0);
}

static void *tell_mask(void *unused)
{
	(void)unused;
	return (void *)(uintptr_t)self->sig.blocked;
}

START_TEST(inherited_from_who_spawns)
{
	become_host();
	change_mask(self, USR2 | signal_bit(SIGKILL));
	ck_assert_uint_eq((uintptr_t)must_join(must_spawn(tell_mask, NULL)), USR2);
}

static struct greenlet *taker;

static void note_taker(int signo, siginfo_t *info, void *context)
{
	int before = handled;

	on_ending(signo, info, context);
	if (handled > before)
		taker = self;
}

static void *sleep_open(void *unused)
{
	(void)unused;
	change_mask(self, 0);
	return (void *)(intptr_t)(green_sleep(5) < 0 ? errno : 0);
}

/* The main greenlet runs, and blocks it. */
START_TEST(taken_by_who_lets_it_through)
{
	green_t *g;

	become_host();
	change_mask(self, USR1);
	g = must_spawn(sleep_open, NULL);
	look();
	handle(SIGUSR1, note_taker);
	kill(getpid(), SIGUSR1);
	ck_assert_int_eq(handled, 0);
	ck_assert_int_eq((intptr_t)must_join(g), EINTR);
	ck_assert_ptr_eq(taker, g);
	ck_assert_int_eq(handled, 1);
}

static void *block_it_after_all(void *unused)
{
	(void)unused;
	change_mask(self, 0);
	kill(getpid(), SIGUSR1); /* the main one blocks it, so it is ours */
	change_mask(self, USR1);
	return NULL;
}

/* Who lets it through blocks it before he has taken it, or ends: it is pending for whoever opens it next. */
START_TEST(goes_on_to_another)
{
	become_host();
	handle(SIGUSR1, note_taker);
	change_mask(self, USR1);
	must_join(must_spawn(block_it_after_all, NULL));
	ck_assert_int_eq(handled, 1);
	kill(getpid(), SIGUSR1);
	look();
	ck_assert_int_eq(handled, 1);
	change_mask(self, 0);
	ck_assert_int_eq(handled, 2);
	ck_assert_ptr_eq(taker, self);
}

static void *send_it(void *to)
{
	siginfo_t info = {.si_signo = SIGUSR2, .si_code = SI_QUEUE};

	green_sleep(0.01);
	if (to)
		ck_assert_int_eq(direct_signal(to, SIGUSR2, &info), 0);
	else
		kill(getpid(), SIGUSR2);
	return NULL;
}

START_TEST(waited_for)
{
	struct wait_options soon = {.on_signal = SIGNAL_ENDS}, later = soon;
	siginfo_t info;
	green_t *g;

	become_host();
	change_mask(self, USR2);
	soon.deadline = deadline_after(0.005);
	ck_assert_int_eq(await_signal(USR2, &info, &soon), ETIMEDOUT);
	later.deadline = deadline_after(5);
	g = must_spawn(send_it, NULL);
	ck_assert_int_eq(await_signal(USR2, &info, &later), 0);
	ck_assert_int_eq(info.si_signo, SIGUSR2);
	must_join(g);
	g = must_spawn(send_it, self);
	ck_assert_int_eq(await_signal(USR2, &info, &later), 0);
	ck_assert_int_eq(info.si_code, SI_QUEUE);
	must_join(g);
	ck_assert(!take_awaited(USR2, &info));
}

static bool is_in_force(const void *stack)
{
	stack_t now;

	return sigaltstack(NULL, &now) == 0 && now.ss_sp == stack;
}

static void *with_stack_of_its_own(void *memory)
{
	stack_t stack = {.ss_sp = memory, .ss_size = 16384};

	ck_assert_int_eq(altstack_set(self, &stack, NULL), 0);
	ck_assert(is_in_force(memory));
	green_yield();
	ck_assert(is_in_force(memory));
	return NULL;
}

START_TEST(alternate_stack_follows)
{
	static char memory[2][16384];
	green_t *g = must_spawn(with_stack_of_its_own, memory[0]), *h = must_spawn(with_stack_of_its_own, memory[1]);

	green_yield();
	ck_assert(!is_in_force(memory[0]) && !is_in_force(memory[1]));
	must_join(g);
	must_join(h);
	ck_assert(!is_in_force(memory[0]) && !is_in_force(memory[1]));
}

int main(void)
{
	const TTest *const tests[] = {kernel_blocks_what_all_block, inherited_from_who_spawns,
	    taken_by_who_lets_it_through, goes_on_to_another, waited_for, alternate_stack_follows};

	return run_suite("mask", tests, sizeof(tests) / sizeof(tests[0]));
}
