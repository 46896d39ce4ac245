#include "stack.h"
#include "runtime/sys/auxv.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sys.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif

#define GRANULE    (16 * 1024ul)
#define GUARD_UNIT 4096ul /* in which guards are counted, whatever the machine's page is */
#define SLAB_BYTES (16 * 1024 * 1024ul)
#define MIN_SLOTS  16
#define MAX_SLOTS  256
#define MAX_STACK  (1ul << 40)

/* vm.max_map_count as the kernel has it by itself, for where it cannot be read. */
#define USUAL_MAPPINGS 65530

/* One mapping, cut into slots of one size. Those from `fresh` on have never been used. A hollow slab has no mapping. */
struct slab {
	struct slab *next; /* in one of its class's lists while it has room or is hollow */
	struct slab *older;
	struct size_class *class;
	char *base;
	uint32_t first_id;
	unsigned ids; /* from first_id on, for as many slots; kept while the slab is hollow */
	unsigned slots, fresh, free_count;
	bool is_split; /* guards are mappings of their own */
	uint16_t free[MAX_SLOTS];
	uint32_t guard_units[MAX_SLOTS]; /* so much at the low end of each slot is a guard; 0: none was to be had */
};

struct size_class {
	struct size_class *next;
	size_t slot_size;
	struct slab *roomy; /* slabs with room; stacks are taken from the first */
	struct slab *hollow;
};

static struct size_class *classes;
static struct slab *newest;
static uint32_t next_id;
static int protection = PROT_READ | PROT_WRITE; /* of all stacks; grows only */
struct lock stacks_lock;                        /* guards all of the above, but for guard_units of slots in use */

/* libc looks through a table for it: it is kept, as each spawn asks. */
size_t stack_page(void)
{
	static _Atomic size_t page;
	size_t known = atomic_load_explicit(&page, memory_order_relaxed);

	if (!known) {
		known = auxv_value(AT_PAGESZ);
		atomic_store_explicit(&page, known, memory_order_relaxed);
	}
	return known;
}

size_t whole_pages(size_t size)
{
	return (size + stack_page() - 1) & -stack_page();
}

static struct size_class *class_of(size_t slot_size)
{
	struct size_class *class;

	for (class = classes; class; class = class->next) {
		if (class->slot_size == slot_size)
			return class;
	}
	class = memory_alloc(sizeof(*class));
	if (!class)
		return NULL;
	*class = (struct size_class){.next = classes, .slot_size = slot_size};
	classes = class;
	return class;
}

static int has_room(const struct slab *slab)
{
	return slab->free_count > 0 || slab->fresh < slab->slots;
}

static void *map_slots(unsigned slots, size_t slot_size)
{
	return sys_mmap(NULL, slots * slot_size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK);
}

static unsigned slots_of(size_t slot_size)
{
	size_t slots = SLAB_BYTES / slot_size;

	return slots < MIN_SLOTS ? MIN_SLOTS : slots > MAX_SLOTS ? MAX_SLOTS : (unsigned)slots;
}

/* Many at once; where the address space is limited one may still fit. */
static bool map_memory(struct slab *slab, size_t slot_size)
{
	slab->base = map_slots(slab->slots, slot_size);
	if (!slab->base) {
		slab->slots = 1;
		slab->base = map_slots(1, slot_size);
	}
	if (!slab->base)
		return false;
	/* A huge page would make the first touch of a stack cost two megabytes. */
	sys_madvise(slab->base, slab->slots * slot_size, MADV_NOHUGEPAGE);
	return true;
}

/* A slab without memory, which keeps its ids for good: a hollow one or a new one. */
static struct slab *empty_slab(struct size_class *class)
{
	unsigned ids = slots_of(class->slot_size);
	struct slab *slab = class->hollow;

	if (slab) {
		class->hollow = slab->next;
		return slab;
	}
	slab = next_id > MAX_STACKS - ids ? NULL : memory_alloc(sizeof(*slab));
	if (!slab)
		return NULL;
	*slab = (struct slab){.class = class, .ids = ids, .first_id = next_id, .older = newest};
	next_id += ids;
	__atomic_store_n(&newest, slab, __ATOMIC_RELEASE);
	return slab;
}

static struct slab *map_slab(struct size_class *class)
{
	struct slab *slab = empty_slab(class);

	if (!slab)
		return NULL;
	slab->slots = slab->ids;
	if (!map_memory(slab, class->slot_size)) {
		slab->slots = 0;
		slab->next = class->hollow;
		class->hollow = slab;
		return NULL;
	}
	slab->next = class->roomy;
	class->roomy = slab;
	return slab;
}

/* Takes a slot, and tells whether it has never been used. */
static struct slab *take_slot(size_t slot_size, unsigned *slot, int *is_fresh)
{
	struct size_class *class = class_of(slot_size);
	struct slab *slab = class ? class->roomy : NULL;

	if (class && !slab)
		slab = map_slab(class);
	if (!slab)
		return NULL;
	*is_fresh = slab->free_count == 0;
	*slot = *is_fresh ? slab->fresh++ : slab->free[--slab->free_count];
	if (!has_room(slab))
		class->roomy = slab->next;
	return slab;
}

/* Called once. */
static long read_mapping_limit(void)
{
	long fd = raw_syscall(SYS_openat, AT_FDCWD, (long)"/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC, 0, 0, 0);
	char text[16] = "";
	long n, limit = 0, i;

	if (fd < 0)
		return USUAL_MAPPINGS;
	n = sys_read((int)fd, text, sizeof(text));
	sys_close((int)fd);
	for (i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
		limit = limit * 10 + text[i] - '0';
	return limit > 0 ? limit : USUAL_MAPPINGS;
}

/*
 * A guard by mprotect splits the mapping: it costs two of those that the process may have. Half of the limit is the
 * program's, which could map nothing any more otherwise.
 */
static bool may_split(void)
{
	static _Atomic long left = -1;
	long now = atomic_load(&left), unknown = -1;

	if (now < 0) {
		atomic_compare_exchange_strong(&left, &unknown, read_mapping_limit() / 2 / 2);
		now = atomic_load(&left);
	}
	while (now > 0 && !atomic_compare_exchange_weak(&left, &now, now - 1))
		;
	return now > 0;
}

static _Atomic uint64_t unguarded;

/*
 * Whether a guard that was said to be installed is one: an emulator of a processor (qemu) takes advice that it does not
 * know and does nothing about it. Found out by a system call that reads there a signal mask to add: 0 where it can.
 */
static bool is_a_guard(const char *base)
{
	static atomic_int known; /* 0: not yet; 1: it is; -1: it is not */
	int answer = atomic_load_explicit(&known, memory_order_relaxed);

	if (!answer) {
		answer = raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)base, 0, sizeof(uint64_t), 0, 0) < 0 ? 1 : -1;
		atomic_store_explicit(&known, answer, memory_order_relaxed);
	}
	return answer > 0;
}

/* Without a splitting of the mapping where the kernel can (6.13), else with. The first time a slot is used. */
static void guard(struct slab *slab, unsigned slot, size_t size)
{
	char *base = slab->base + slot * slab->class->slot_size;

	slab->guard_units[slot] = (uint32_t)(size / GUARD_UNIT);
	if (sys_madvise(base, size, MADV_GUARD_INSTALL) == 0 && is_a_guard(base))
		return;
	if (may_split() && sys_mprotect(base, size, PROT_NONE) == 0) {
		__atomic_store_n(&slab->is_split, true, __ATOMIC_RELAXED);
		return;
	}
	slab->guard_units[slot] = 0;
	atomic_fetch_add_explicit(&unguarded, 1, memory_order_relaxed);
}

uint64_t stacks_unguarded(void)
{
	return atomic_load_explicit(&unguarded, memory_order_relaxed);
}

static unsigned slot_of(const struct stack *stack)
{
	return stack->id - stack->slab->first_id;
}

static char *base_of(const struct stack *stack)
{
	return stack->slab->base + slot_of(stack) * stack->slab->class->slot_size;
}

static struct stack stack_at(struct slab *slab, unsigned slot)
{
	size_t slot_size = slab->class->slot_size, guarded = slab->guard_units[slot] * GUARD_UNIT;

	return (struct stack){
	    .low = slab->base + slot * slot_size + (guarded ? guarded : STACK_GUARD),
	    .high = slab->base + (slot + 1) * slot_size,
	    .slab = slab,
	    .id = slab->first_id + slot,
	};
}

/* A part of the slot becomes usable, or a guard. */
static bool change_guard(const struct stack *stack, char *from, char *to, bool is_guard)
{
	size_t size = (size_t)(to - from);
	int usable = __atomic_load_n(&protection, __ATOMIC_RELAXED);

	if (!stack->slab->is_split)
		return sys_madvise(from, size, is_guard ? MADV_GUARD_INSTALL : MADV_GUARD_REMOVE) == 0;
	return sys_mprotect(from, size, is_guard ? PROT_NONE : usable) == 0;
}

void stack_set_low(struct stack *stack, char *low)
{
	uint32_t *units = &stack->slab->guard_units[slot_of(stack)];
	char *before = stack->low;

	if (low == before)
		return;
	stack->low = low;
	if (*units && change_guard(stack, low < before ? low : before, low < before ? before : low, low > before))
		*units = (uint32_t)((size_t)(low - base_of(stack)) / GUARD_UNIT);
	else if (low > before)
		stack->low = before; /* more is usable than was asked for */
}

size_t stack_room(const struct stack *stack)
{
	return (size_t)(stack->high - base_of(stack)) - STACK_GUARD;
}

int stack_alloc(size_t size, struct stack *stack)
{
	size_t slot_size;
	struct slab *slab;
	unsigned slot;
	int is_fresh;

	if (size > MAX_STACK)
		return EINVAL;
	size = whole_pages(size);
	slot_size = whole_pages((size + STACK_GUARD + GRANULE - 1) / GRANULE * GRANULE);
	lock(&stacks_lock);
	slab = take_slot(slot_size, &slot, &is_fresh);
	unlock(&stacks_lock);
	if (!slab)
		return ENOMEM;

	if (is_fresh)
		guard(slab, slot, slot_size - size);
	*stack = stack_at(slab, slot);
	stack_set_low(stack, stack->high - size);
	return 0;
}

/* Caller holds stacks_lock. All of the slab but its guards that are mappings of their own. */
static int protect_slab(struct slab *slab)
{
	size_t slot_size = slab->class->slot_size;
	char *from = slab->base, *end = slab->base + slab->slots * slot_size;
	unsigned slot;
	int error = 0;

	for (slot = 0; slab->is_split && slot < slab->fresh && !error; slot++) {
		char *base = slab->base + slot * slot_size;

		if (!slab->guard_units[slot])
			continue;
		error = from < base ? -sys_mprotect(from, (size_t)(base - from), protection) : 0;
		from = base + slab->guard_units[slot] * GUARD_UNIT;
	}
	return error ? error : -sys_mprotect(from, (size_t)(end - from), protection);
}

int stacks_make_executable(void)
{
	struct slab *slab;
	int error = 0;

	lock(&stacks_lock);
	__atomic_store_n(&protection, protection | PROT_EXEC, __ATOMIC_RELAXED);
	for (slab = newest; slab && !error; slab = slab->older) {
		if (slab->slots)
			error = protect_slab(slab);
	}
	if (error)
		__atomic_store_n(&protection, protection & ~PROT_EXEC, __ATOMIC_RELAXED);
	unlock(&stacks_lock);
	return error;
}

/* Without the lock: slabs stay, though their memory may go, and so does what is asked of one. */
int stack_of_id(uint32_t id, struct stack *stack)
{
	struct slab *slab = __atomic_load_n(&newest, __ATOMIC_ACQUIRE);

	while (slab && id < slab->first_id)
		slab = slab->older;
	if (!slab || id >= slab->first_id + __atomic_load_n(&slab->fresh, __ATOMIC_RELAXED))
		return ESRCH;
	*stack = stack_at(slab, id - slab->first_id);
	return 0;
}

void stack_for_each(void (*f)(const struct stack *stack, void *arg), void *arg)
{
	struct slab *slab;
	struct stack stack;
	unsigned slot;

	lock(&stacks_lock);
	for (slab = newest; slab; slab = slab->older) {
		for (slot = 0; slot < slab->fresh; slot++) {
			stack = stack_at(slab, slot);
			f(&stack, arg);
		}
	}
	unlock(&stacks_lock);
}

/* A filter may refuse the advice: other memory takes the place of this. */
static void give_memory_back(const struct stack *stack)
{
	size_t size = (size_t)(stack->high - stack->low);

	if (sys_madvise(stack->low, size, MADV_DONTNEED) == 0)
		return;
	if (!sys_mmap(stack->low, size, __atomic_load_n(&protection, __ATOMIC_RELAXED),
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_FIXED))
		memset(stack->low, 0, size);
}

void stack_free(const struct stack *stack)
{
	struct slab *slab = stack->slab;

	give_memory_back(stack);
	lock(&stacks_lock);
	if (!has_room(slab)) {
		slab->next = slab->class->roomy;
		slab->class->roomy = slab;
	}
	slab->free[slab->free_count++] = (uint16_t)(stack->id - slab->first_id);
	unlock(&stacks_lock);
}

/* Caller holds stacks_lock. Unmaps the slabs of the class in which no slot is in use. */
static void unmap_unused(struct size_class *class)
{
	struct slab **link = &class->roomy, *slab;
	size_t size;

	while ((slab = *link)) {
		if (slab->free_count < slab->fresh) {
			link = &slab->next;
			continue;
		}
		*link = slab->next;
		size = slab->slots * class->slot_size;
		slab->slots = slab->free_count = 0;
		__atomic_store_n(&slab->fresh, 0, __ATOMIC_SEQ_CST); /* before: a signal handler may look for a stack */
		sys_munmap(slab->base, size);
		slab->next = class->hollow;
		class->hollow = slab;
	}
}

void stacks_unmap_unused(void)
{
	struct size_class *class;

	lock(&stacks_lock);
	for (class = classes; class; class = class->next)
		unmap_unused(class);
	unlock(&stacks_lock);
}

int stack_guards(const struct stack *stack, const void *address)
{
	const char *at = address;

	return at >= base_of(stack) && at < stack->low;
}
