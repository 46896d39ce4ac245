#include "../context.h"
#include "../fail.h"
#include "../greenload.h"
#include "../spare.h"
#include "../stack.h"
#include "tool.h"

/* Equal offsets would put all of them into the same few cache sets. */
#define COLOURS     40
#define COLOUR_STEP 64

enum gen_state { SUSPENDED, RUNNING_NOW, NEW, FINISHED };

/* At the upper end of its stack. */
struct green_gen {
	struct tool tool;
	enum gen_state state;
	bool is_closing;
	void *inside;   /* where it goes on; valid while it does not run */
	void *outside;  /* where who asked goes on; valid while it runs */
	void **yielded; /* where who asked wants to have what it yields; NULL: nowhere */
	void **sent;    /* where it wants to have what it is sent, the same */
	void *owner;    /* the thread pointer of whom it belongs to */
	green_gen_fn *fn;
	void *arg;
	struct stack stack;
};

static __thread struct green_gen *starting;

static void run(void)
{
	struct green_gen *gen = starting;
	void *value, *nowhere;

	OUTERMOST_FRAME();
	value = gen->fn(gen, gen->arg);
	if (gen->yielded)
		*gen->yielded = value;
	gen->state = FINISHED;
	context_hand(&nowhere, gen->outside, 0);
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
	*gen = (struct green_gen){.tool.kind = GENERATOR, .state = NEW, .fn = fn, .arg = arg, .stack = stack};
	context_make(&context, stack.low, (size_t)((char *)gen - stack.low), run);
	gen->inside = context.saved;
	return gen;
}

/* 0, or why it can't be entered. */
static int check(const struct green_gen *gen)
{
	if (!tool_is(gen, GENERATOR))
		return EINVAL;
	if (gen->state == RUNNING_NOW)
		return EBUSY;
	return gen->owner && gen->owner != thread_pointer() ? EPERM : 0;
}

/* Returns what the other side hands over: 1 from a yield, 0 from the end. */
static inline int enter(struct green_gen *gen, void **yielded, int answer)
{
	gen->yielded = yielded;
	gen->state = RUNNING_NOW;
	return context_hand(&gen->outside, gen->inside, answer);
}

static __attribute__((noinline)) int enter_unusual(struct green_gen *gen, void **yielded)
{
	int error = gen ? check(gen) : EINVAL;

	if (error)
		return fail(error);
	if (gen->state == NEW) {
		starting = gen;
		gen->owner = thread_pointer();
		return enter(gen, yielded, 0);
	}
	if (yielded)
		*yielded = NULL;
	return 0;
}

int green_gen_send(green_gen_t *gen, void *value, void **yielded)
{
	if (!gen || gen->state != SUSPENDED || gen->owner != thread_pointer())
		return enter_unusual(gen, yielded);
	if (gen->sent)
		*gen->sent = value;
	return enter(gen, yielded, 0);
}

int green_gen_next(green_gen_t *gen, void **yielded)
{
	return green_gen_send(gen, NULL, yielded);
}

int green_gen_yield(green_gen_t *gen, void *value, void **sent)
{
	if (!gen || gen->state != RUNNING_NOW || gen->owner != thread_pointer())
		return fail(EINVAL);
	if (gen->is_closing)
		return fail(ECANCELED);
	if (gen->yielded)
		*gen->yielded = value;
	gen->sent = sent;
	gen->state = SUSPENDED;
	return context_hand(&gen->inside, gen->outside, 1);
}

/* The two share errno: its yield fails with what is set here. */
static void unwind(struct green_gen *gen)
{
	int before = errno;

	errno = ECANCELED;
	enter(gen, NULL, -1);
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
	gen->is_closing = true;
	if (gen->state == SUSPENDED)
		unwind(gen);
	stack = gen->stack;
	gen->tool.kind = RELEASED;
	stack_free(&stack);
	return 0;
}
