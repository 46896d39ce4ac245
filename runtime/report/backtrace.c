#include "backtrace.h"

/* The main stack may be larger, but is followed no further than its usual size. */
#define MAIN_STACK (8ul << 20)

/* libc's: the end of the main thread's stack. */
extern void *__libc_stack_end __attribute__((weak));

/* The linker's: the start and the end of the library. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

bool is_ours(const void *address)
{
	return (const char *)address >= __ehdr_start && (const char *)address < _end;
}

/* The upper end of g's stack; libc keeps its data of a thread at the end of the thread's stack. */
static uintptr_t end_of_stack(const struct greenlet *g)
{
	if (!g->is_main)
		return (uintptr_t)g->mem.high;
	if (!g->hub->os.is_main)
		return (uintptr_t)g->context.thread_pointer;
	return &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
}

static uintptr_t start_of_stack(const struct greenlet *g)
{
	return g->is_main ? end_of_stack(g) - MAIN_STACK : (uintptr_t)g->mem.low;
}

/*
 * Checks whether the value that the program's code has left as the next frame may be a frame. A generator runs on
 * another stack.
 */
static bool may_follow(const struct greenlet *g, uintptr_t frame, uintptr_t next)
{
	return PROGRAMS_CHAIN_FRAMES && frame >= start_of_stack(g) && next % sizeof(void *) == 0 &&
	       next < end_of_stack(g) - 2 * sizeof(void *);
}

int frames_take(const struct greenlet *g, void **addresses, int most)
{
	uintptr_t frame = context_frame(&g->context);
	int n = 0;

	while (frame && n < most) {
		void *const *record = frame_record(frame);
		uintptr_t next = (uintptr_t)record[0];

		addresses[n] = code_address(record[1]);
		if (next <= frame || !(is_ours(addresses[n]) || may_follow(g, frame, next)))
			next = 0;
		frame = next;
		n++;
	}
	return n;
}
