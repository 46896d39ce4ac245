/*
 * Small blocks come from spans of one size each, which begin with a header and at a multiple of their length, so that
 * the header is found from the block. Larger blocks are mappings with the same header.
 */
#include "memory.h"
#include "defer.h"
#include "lock.h"
#include "sys.h"
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define SPAN    (64 * 1024ul)
#define SPANS   16 /* so many are mapped at once */
#define HEADER  64
#define LARGEST 16384ul
#define STEP    16ul
#define STEPS   4 /* sizes that are multiples of STEP; from there on two for each power of two */
#define CLASSES (STEPS + 2 * 8)

struct span {
	struct span *next,
	    **link;  /* in the list of its size, while it has room; of the empty ones; of the large ones */
	void *freed; /* blocks, each beginning with the address of the next */
	size_t size; /* of a block */
	uint32_t class, used, fresh, count; /* count: how many blocks it has; 0: it is a large block's */
	struct span *mapped_before;         /* of the first in a mapping of many */
};

_Static_assert(sizeof(struct span) <= HEADER, "the blocks of a span begin behind its header");

static struct lock memory_lock; /* guards all below; nothing else is locked while it is held */

/* The OS thread that holds the lock during a fork. */
static struct {
	_Atomic pid_t thread;  /* 0: none */
	_Atomic pid_t process; /* its process; stored before thread */
	unsigned depth;        /* greenlets of it may fork while another one does */
} forking;

static struct span *roomy[CLASSES]; /* by size */
static struct span *empty, *large, *last_mapped;

static size_t size_of_class(uint32_t class)
{
	if (class < STEPS)
		return (class + 1) * STEP;
	class -= STEPS;
	return (class % 2 ? 128ul : 96ul) << class / 2;
}

static uint32_t class_of(size_t size)
{
	uint32_t class = STEPS;

	if (size <= STEPS * STEP)
		return size ? (uint32_t)((size - 1) / STEP) : 0;
	while (size_of_class(class) < size)
		class ++;
	return class;
}

static void link_span(struct span **list, struct span *span)
{
	span->next = *list;
	span->link = list;
	if (span->next)
		span->next->link = &span->next;
	*list = span;
}

static void unlink_span(struct span *span)
{
	*span->link = span->next;
	if (span->next)
		span->next->link = span->link;
}

static struct span *span_of(void *block)
{
	return (struct span *)((uintptr_t)block & ~(SPAN - 1));
}

/* At a multiple of SPAN; size is one of the page's. */
static void *map_aligned(size_t size)
{
	char *memory = sys_mmap(NULL, size + SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
	size_t before;

	if (!memory)
		return NULL;
	before = -(uintptr_t)memory & (SPAN - 1);
	if (before)
		sys_munmap(memory, before);
	sys_munmap(memory + before + size, SPAN - before);
	return memory + before;
}

static void map_spans(void)
{
	char *memory = map_aligned(SPANS * SPAN);
	size_t i;

	if (!memory)
		return;
	for (i = SPANS; i-- > 0;)
		link_span(&empty, (struct span *)(memory + i * SPAN));
	empty->mapped_before = last_mapped;
	last_mapped = empty;
}

static struct span *make_span(uint32_t class)
{
	struct span *span;

	if (!empty)
		map_spans();
	span = empty;
	if (!span)
		return NULL;
	unlink_span(span);
	span->class = class;
	span->size = size_of_class(class);
	span->count = (uint32_t)((SPAN - HEADER) / span->size);
	span->used = span->fresh = 0;
	span->freed = NULL;
	link_span(&roomy[class], span);
	return span;
}

static void *take_block(uint32_t class)
{
	struct span *span = roomy[class] ? roomy[class] : make_span(class);
	void *block;

	if (!span)
		return NULL;
	block = span->freed;
	if (block)
		span->freed = *(void **)block;
	else
		block = (char *)span + HEADER + span->size * span->fresh++;
	if (++span->used == span->count)
		unlink_span(span);
	return block;
}

/* A span that has become empty serves any size, unless it is the only one with room for its own. */
static void give_block(struct span *span, void *block)
{
	*(void **)block = span->freed;
	span->freed = block;
	if (span->used-- == span->count)
		link_span(&roomy[span->class], span);
	if (span->used || (roomy[span->class] == span && !span->next))
		return;
	unlink_span(span);
	link_span(&empty, span);
}

/* True for the forking OS thread, and for its copy in the child, which has another id. */
static bool is_forking_thread(void)
{
	pid_t thread = atomic_load_explicit(&forking.thread, memory_order_acquire);

	return __builtin_expect(thread != 0, 0) &&
	       (thread == os_thread_id() ||
		   atomic_load_explicit(&forking.process, memory_order_relaxed) != sys_getpid());
}

static bool enter(void)
{
	bool locks = !is_forking_thread();

	if (locks)
		lock(&memory_lock);
	return locks;
}

static void leave(bool locked)
{
	if (locked)
		unlock(&memory_lock);
}

static void *map_large(size_t size)
{
	size_t length = (size + HEADER + SPAN - 1) & ~(SPAN - 1);
	struct span *span = size < 1ul << 47 ? map_aligned(length) : NULL;
	bool locked;

	if (!span)
		return NULL;
	span->size = length - HEADER;
	locked = enter();
	link_span(&large, span);
	leave(locked);
	return (char *)span + HEADER;
}

static void unmap_large(struct span *span)
{
	bool locked = enter();

	unlink_span(span);
	leave(locked);
	sys_munmap(span, span->size + HEADER);
}

void *memory_alloc(size_t size)
{
	void *block;
	bool locked;

	defer_signals();
	if (size > LARGEST) {
		block = map_large(size);
	} else {
		locked = enter();
		block = take_block(class_of(size));
		leave(locked);
	}
	resume_signals();
	return block;
}

void *memory_zalloc(size_t size)
{
	void *block = memory_alloc(size);

	if (block && size <= LARGEST)
		memset(block, 0, size);
	return block;
}

void memory_free(void *memory)
{
	struct span *span = span_of(memory);
	bool locked;

	if (!memory)
		return;
	defer_signals();
	if (!span->count) {
		unmap_large(span);
	} else {
		locked = enter();
		give_block(span, memory);
		leave(locked);
	}
	resume_signals();
}

void *memory_resize(void *old, size_t size)
{
	size_t before = old ? span_of(old)->size : 0;
	void *block;

	if (old && size <= before && (size > before / 4 || before <= LARGEST))
		return old;
	block = memory_alloc(size);
	if (!block)
		return NULL;
	if (old)
		memcpy(block, old, before < size ? before : size);
	memory_free(old);
	return block;
}

void memory_enter_fork(void)
{
	defer_signals();
	if (!is_forking_thread()) {
		lock(&memory_lock);
		atomic_store_explicit(&forking.process, sys_getpid(), memory_order_relaxed);
		atomic_store(&forking.thread, os_thread_id());
	}
	forking.depth++;
	resume_signals();
}

void memory_leave_fork(bool is_child)
{
	defer_signals();
	forking.depth = is_child ? 0 : forking.depth - 1;
	if (!forking.depth) {
		atomic_store(&forking.thread, 0);
		unlock(&memory_lock);
	}
	resume_signals();
}

void memory_for_each(void (*f)(const void *low, const void *high))
{
	const struct span *span;

	for (span = last_mapped; span; span = span->mapped_before)
		f(span, (const char *)span + SPANS * SPAN);
	for (span = large; span; span = span->next)
		f(span, (const char *)span + HEADER + span->size);
}
