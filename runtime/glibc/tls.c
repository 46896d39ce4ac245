#include "tls.h"
#include "arch.h"
#include "facts.h"
#include "layout.h"
#include "malloc_arena.h"
#include "runtime/sys/fiber.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/once.h"
#include "runtime/sys/sys.h"
#include "tables.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Kernel thread ids stay below 2^22, a mutex keeps owners in 29 bits, and a clock keeps the thread that it is of in 28.
 */
#define FIRST_ID (1u << 22)
#define LAST_ID  ((1u << 28) - 1)
#define IDS      (LAST_ID - FIRST_ID)

/*
 * A block as new, from its lowest used byte to the end of the descriptor. It is what a used one is overwritten with,
 * which is several times as fast as asking the dynamic linker again. Other OS threads may be reading it at any time:
 * when modules come or go there is a new one, and the old one stays.
 */
struct image {
	ptrdiff_t low; /* of the first byte, from the thread pointer */
	size_t size;
	uintptr_t modules; /* tls_modules() when it was taken */
	char bytes[];
};

static _Atomic(const struct image *) newest_image;

static uint32_t first_of_process; /* of the ids */

static char *descriptor_of(void *tp)
{
	return (char *)tp - glibc.descriptor_below;
}

void *tls_place(void *top, void **low)
{
	uintptr_t tp;

	tp = ((uintptr_t)top - glibc.above) & ~(glibc.align - 1);
	*low = (void *)(tp - glibc.below);
	return (void *)tp;
}

size_t tls_bytes(void)
{
	const uintptr_t somewhere = 1ul << 40;
	void *low;

	tls_place((void *)somewhere, &low);
	return somewhere - (uintptr_t)low;
}

/* The lists that a thread is or keeps are circles; alone, it points at itself. */
static void close_circles(char *descriptor)
{
	void **list = (void **)(descriptor + glibc.list);
	void **robust = (void **)(descriptor + glibc.robust_head);

	list[0] = list;
	list[1] = list;
	robust[-1] = robust;
	robust[0] = robust;
}

/* What differs from block to block. */
static void set_identity(void *tp, uint32_t id)
{
	char *descriptor = descriptor_of(tp);

	init_thread_header(tp, thread_pointer()); /* not glibc.host, which may have ended */
	*(int *)(descriptor + glibc.tid) = (int)(FIRST_ID + (first_of_process + id) % IDS);
	close_circles(descriptor);
	glibc_give_resolver(tp);
	*(void **)(descriptor + glibc.specific) = descriptor + glibc.specific_first;
	if (glibc.rseq_cpu_id)
		*(int32_t *)((char *)tp + glibc.rseq_cpu_id) = -2; /* RSEQ_CPU_ID_REGISTRATION_FAILED */
}

/*
 * The variables, by the dynamic linker, and the robust list's offset, which is the same in every block. The linker
 * calls the program's calloc, which may park: no lock of ours is held. The lock of its own that it may hold during a
 * fork libc makes anew in the child.
 */
static int make_anew(void *tp)
{
	if (!_dl_allocate_tls(tp))
		return ENOMEM;
	*thread_vector(tp) = glibc_trim_vector(*thread_vector(tp));
	*(long *)(descriptor_of(tp) + glibc.robust_head + sizeof(void *)) = glibc.robust_offset;
	return 0;
}

/* Keeps what the linker has made as the image. Failing to is no failure: blocks are then made the slow way. */
static void take_image(void *tp)
{
	ptrdiff_t low = -(ptrdiff_t)glibc_tls_used();
	struct image *image;
	size_t size;

	if (low > -glibc.descriptor_below)
		low = -glibc.descriptor_below;
	size = (size_t)((ptrdiff_t)glibc_image_end() - low);
	image = memory_alloc(sizeof(*image) + size);
	if (!image)
		return;
	image->low = low;
	image->size = size;
	image->modules = tls_modules();
	memcpy(image->bytes, (char *)tp + low, size);
	atomic_store(&newest_image, image);
}

/* NULL where there is none, or modules have come or gone since. */
static const struct image *current_image(void)
{
	const struct image *image = atomic_load_explicit(&newest_image, memory_order_acquire);

	return image && image->modules == tls_modules() ? image : NULL;
}

int tls_make(void *tp, uint32_t id)
{
	int error = make_anew(tp);

	if (error)
		return error;
	if (!current_image())
		take_image(tp);
	set_identity(tp, id);
	glibc_give_random(tp);
	return 0;
}

static int remake(void *tp, uint32_t id)
{
	void *low;

	tls_release(tp);
	tls_place((char *)tp + glibc.above, &low);
	memset(low, 0, (size_t)((char *)tp + glibc.above - (char *)low));
	return tls_make(tp, id);
}

int tls_renew(void *tp, uint32_t id)
{
	void *vector = *thread_vector(tp), *random = glibc_random_state(tp);
	const struct image *image = current_image();

	if (!image || glibc_vector_owns(vector))
		return remake(tp, id);
	memcpy((char *)tp + image->low, image->bytes, image->size);
	*thread_vector(tp) = vector;
	set_identity(tp, id);
	glibc_set_random_state(tp, random);
	return 0;
}

void tls_release(void *tp)
{
	glibc_keep_random(tp);
	_dl_deallocate_tls(tp, 0);
}

/* Vectors whose blocks are gone, each with the address of the next in a word that the linker does not use. */
static _Atomic(union vector_entry *) left;

void tls_leave(void *tp)
{
	union vector_entry *vector = *thread_vector(tp), *next = atomic_load(&left);

	glibc_keep_random(tp);
	do
		vector->to_free = next;
	while (!atomic_compare_exchange_weak(&left, &next, vector));
}

/* The linker looks for nothing but the vector in a block. */
void tls_release_left(void)
{
	union vector_entry *vector, *next;
	void *block[8], *tp = &block[4];

	if (!atomic_load_explicit(&left, memory_order_relaxed))
		return;
	for (vector = atomic_exchange(&left, NULL); vector; vector = next) {
		next = vector->to_free;
		*thread_vector(tp) = vector;
		_dl_deallocate_tls(tp, 0);
	}
}

/*
 * ThreadSanitizer's: it crashes where memory is allocated in a thread that it has not been told of. Compiled with it,
 * we tell (runtime/sys/fiber.h).
 */
extern void __tsan_init(void) __attribute__((weak));

/* While cancellation is disabled, it being asynchronous ends nothing. */
static bool cancellation_is_known(void)
{
	const int mask = TLS_CANCEL_DISABLED | TLS_CANCEL_ASYNC;
	int state, type, disabled, both;

	glibc.set_cancel_state(PTHREAD_CANCEL_DISABLE, &state);
	glibc.set_cancel_type(PTHREAD_CANCEL_DEFERRED, &type);
	disabled = tls_cancel_state(thread_pointer()) & mask;
	glibc.set_cancel_type(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	both = tls_cancel_state(thread_pointer()) & mask;
	glibc.set_cancel_type(type, NULL);
	glibc.set_cancel_state(state, NULL);
	return disabled == TLS_CANCEL_DISABLED && both == mask;
}

/* Makes a block, becomes it for a moment, and looks whether libc takes us for another thread. */
static int try_block(void *tp)
{
	int error = tls_make(tp, 0);

	if (error)
		return error;
	error = glibc_fact(FACT_block, glibc_takes_for_thread(tp)) ? arena_learn(tp) : ENOTSUP;
	if (!error)
		error = glibc_learn_random(tp);
	tls_release(tp);
	return error;
}

static void spread_ids(void)
{
	first_of_process = (uint32_t)sys_getpid() * 0x9e3779b1u % IDS;
}

static int learn(void)
{
	size_t size;
	char *memory;
	void *low, *tp;
	int error = __tsan_init && !IS_SANITIZED ? ENOTSUP : glibc_learn();

	if (error)
		return error;
	if (!glibc_fact(FACT_cancellation, cancellation_is_known()))
		return ENOTSUP;
	glibc_make_room_for_resolver();
	spread_ids();
	size = glibc.above + glibc.below + 2 * glibc.align;
	memory = memory_zalloc(size);
	if (!memory)
		return ENOMEM;
	tp = tls_place(memory + size, &low);
	error = try_block(tp);
	memory_free(memory);
	return error;
}

static struct once learning;

int tls_init(void)
{
	static int outcome;
	int result;

	if (!once_begin(&learning))
		return once_is_done(&learning) ? outcome : ENOTSUP;
	result = outcome = learn();
	once_end(&learning, result != ENOMEM);
	return result;
}

void tls_run_destructors(void)
{
	__call_tls_dtors();
	glibc_leave_dlerror();
	glibc_run_key_destructors(descriptor_of(thread_pointer()));
	glibc_leave_resolver();
	glibc_leave_strings();
}

void tls_finish_key_destructors(pthread_key_t key)
{
	glibc_finish_key_destructors(descriptor_of(thread_pointer()), key);
}

void tls_reset(void)
{
	once_abandon(&learning, false);
	spread_ids();
}

bool tls_has_id(int thread_id, uint32_t *id)
{
	if (thread_id < (int)FIRST_ID || thread_id >= (int)LAST_ID)
		return false;
	*id = ((uint32_t)thread_id - FIRST_ID + IDS - first_of_process) % IDS;
	return true;
}

int tls_thread_id(void)
{
	return tls_thread_id_at(thread_pointer());
}

int tls_thread_id_at(const void *tp)
{
	return *tls_thread_word(tp);
}

const int *tls_thread_word(const void *tp)
{
	return (const int *)((const char *)tp - glibc.descriptor_below + glibc.tid);
}

int tls_cancel_state(const void *tp)
{
	const char *descriptor = (const char *)tp - glibc.descriptor_below;

	return __atomic_load_n((const int *)(descriptor + glibc.cancel), __ATOMIC_RELAXED);
}

void tls_set_thread_id(int id)
{
	*(int *)(descriptor_of(thread_pointer()) + glibc.tid) = id;
}

pthread_t tls_thread(void *tp)
{
	return (pthread_t)descriptor_of(tp);
}

void *tls_of_thread(pthread_t thread)
{
	return (char *)thread + glibc.descriptor_below;
}
