#include "runtime/greenload.h"
#include "runtime/lifecycle/greenlet_pool.h"
#include "runtime/stack/context.h"
#include "runtime/stack/stack.h"
#include "runtime/sys/fail.h"
#include "tool.h"

/* With equal offsets, all generators would share a few cache sets. */
#define COLOURS     40
#define COLOUR_STEP 64

/* There are two states of a running generator. In the first, SELF_RELIANT, it can yield without the library. */
enum gen_state { SUSPENDED, SELF_RELIANT, DEPENDENT, CLOSING, NEW, FINISHED, STATES };

/*
 * Lies at the upper end of the generator's stack. The first members are known to programs, see
 * greenload/yield_x86_64.h. State and owner are one word, so that one comparison tells whether a call is valid.
 */
struct green_gen {
	uintptr_t turn; /* the thread pointer of its owner, 0 for none yet, plus the state */
	void *inside;   /* where the generator resumes; valid while it does not run */
	void *outside;  /* where its caller resumes; valid while it runs */
	void **yielded; /* where the caller wants the yielded value; NULL: nowhere */
	void **sent;    /* where the generator wants the value sent to it; NULL: nowhere */
	struct tool tool;
	green_gen_fn *fn;
	void *arg;
	struct stack stack;
	struct fiber fiber, asker;
};

_Static_assert(SUSPENDED == 0 && SELF_RELIANT == 1 && offsetof(struct green_gen, inside) == sizeof(void *) &&
		   offsetof(struct green_gen, outside) == 2 * sizeof(void *) &&
		   offsetof(struct green_gen, yielded) == 3 * sizeof(void *) &&
		   offsetof(struct green_gen, sent) == 4 * sizeof(void *),
    "programs know it so");

/* Thread pointers have at least this alignment. */
#define ALIGNMENT 8

_Static_assert(STATES <= ALIGNMENT, "the state fits beside a thread pointer");

static __thread struct green_gen *starting;

static inline uintptr_t caller(void)
{
	return (uintptr_t)thread_pointer();
}

static inline enum gen_state running(void)
{
	return context_is_public && !IS_SANITIZED ? SELF_RELIANT : DEPENDENT;
}

static void run(void)
{
	struct green_gen *gen = starting;
	void *value, *nowhere;

	OUTERMOST_FRAME();
	fiber_begin(&gen->fiber);
	value = gen->fn(gen, gen->arg);
	if (gen->yielded)
		*gen->yielded = value;
	gen->turn = caller() + FINISHED;
	fiber_leave(&gen->fiber, &gen->asker);
	fiber_enter(&gen->fiber, &gen->asker);
	context_leave(&nowhere, gen->outside, 0);
	__builtin_unreachable();
}

green_gen_t *green_gen_new(green_gen_fn *fn, void *arg)
{
	struct green_gen *gen;
	struct context context;
	struct stack stack;
	char *top;
	int error = fn ? stack_alloc(default_stack_size + sizeof(*gen) + COLOURS * COLOUR_STEP, &stack) : EINVAL;

	if (error) {
		errno = error;
		return NULL;
	}
	top = stack.high - stack.id % COLOURS * COLOUR_STEP;
	gen = (struct green_gen *)(((uintptr_t)top - sizeof(*gen)) & ~63ul);
	*gen = (struct green_gen){.tool.kind = GENERATOR, .turn = NEW, .fn = fn, .arg = arg, .stack = stack};
	fiber_make(&gen->fiber, stack.low, (size_t)((char *)gen - stack.low));
	context_make(&context, stack.low, (size_t)((char *)gen - stack.low), run);
	gen->inside = context_to_enter(&context);
	return gen;
}

static inline enum gen_state state_of(const struct green_gen *gen)
{
	return gen->turn % ALIGNMENT;
}

static inline uintptr_t owner_of(const struct green_gen *gen)
{
	return gen->turn - state_of(gen);
}

/* Returns 0, or the reason why the generator cannot be entered. */
static int check(const struct green_gen *gen)
{
	if (!tool_is(&gen->tool, GENERATOR))
		return EINVAL;
	if (state_of(gen) == running() || state_of(gen) == CLOSING)
		return EBUSY;
	return owner_of(gen) && owner_of(gen) != caller() ? EPERM : 0;
}

/* Returns what the other side passes: 1 from a yield, 0 from the end. */
static inline int enter(struct green_gen *gen, void **yielded, enum gen_state state, int answer)
{
	gen->yielded = yielded;
	gen->turn = caller() + state;
	fiber_leave(&gen->asker, &gen->fiber);
	fiber_enter(&gen->asker, &gen->fiber);
	answer = context_enter(&gen->outside, gen->inside, answer);
	fiber_arrive(&gen->asker);
	return answer;
}

static __attribute__((noinline)) int enter_unusual(struct green_gen *gen, void **yielded)
{
	int error = gen ? check(gen) : EINVAL;

	if (error)
		return fail(error);
	if (state_of(gen) == NEW) {
		starting = gen;
		return enter(gen, yielded, running(), 0);
	}
	if (yielded)
		*yielded = NULL;
	return 0;
}

int green_gen_send(green_gen_t *gen, void *value, void **yielded)
{
	if (!gen || gen->turn != caller() + SUSPENDED)
		return enter_unusual(gen, yielded);
	if (gen->sent)
		*gen->sent = value;
	return enter(gen, yielded, running(), 0);
}

int green_gen_next(green_gen_t *gen, void **yielded)
{
	return green_gen_send(gen, NULL, yielded);
}

static __attribute__((noinline)) int refuse_to_yield(const struct green_gen *gen)
{
	return fail(gen && gen->turn == caller() + CLOSING ? ECANCELED : EINVAL);
}

int green_gen_yield(green_gen_t *gen, void *value, void **sent)
{
	int answer;

	if (!gen || gen->turn != caller() + running())
		return refuse_to_yield(gen);
	if (gen->yielded)
		*gen->yielded = value;
	gen->sent = sent;
	gen->turn = caller() + SUSPENDED;
	fiber_leave(&gen->fiber, &gen->asker);
	fiber_enter(&gen->fiber, &gen->asker);
	answer = context_leave(&gen->inside, gen->outside, 1);
	fiber_arrive(&gen->fiber);
	return answer;
}

/* Both sides share errno: the yield in the generator fails with the value set here. */
static void unwind(struct green_gen *gen)
{
	int before = errno;

	errno = ECANCELED;
	enter(gen, NULL, CLOSING, -1);
	errno = before;
}

int green_gen_close(green_gen_t *gen)
{
	struct stack stack;
	int error;

	if (!gen)
		return 0;
	error = check(gen);
	if (error)
		return fail(error);
	if (state_of(gen) == SUSPENDED)
		unwind(gen);
	stack = gen->stack;
	gen->tool.kind = RELEASED;
	fiber_free(&gen->fiber);
	stack_free(&stack);
	return 0;
}
