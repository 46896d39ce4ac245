#include "glibc.h"
#include "arch.h"
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct glibc glibc;

void _dl_get_tls_static_info(size_t *size, size_t *align);

/* glibc's tables for libthread_db: { bits of an element, elements, offset }; plain numbers for sizes. */
#define DEBUG_TABLE(name) extern const uint32_t _thread_db_##name[3] __attribute__((weak))
#define DEBUG_SIZE(name)  extern const uint32_t _thread_db_sizeof_##name __attribute__((weak))

DEBUG_TABLE(pthread_tid);
DEBUG_TABLE(pthread_list);
DEBUG_TABLE(pthread_specific);
DEBUG_TABLE(pthread_key_data_level2_data);
DEBUG_TABLE(pthread_key_struct_destr);
DEBUG_TABLE(__pthread_keys);
DEBUG_TABLE(rtld_global__dl_tls_dtv_slotinfo_list);
DEBUG_TABLE(dtv_slotinfo_list_slotinfo);
DEBUG_TABLE(link_map_l_tls_offset);
DEBUG_SIZE(pthread);
DEBUG_SIZE(dtv_slotinfo);
DEBUG_SIZE(pthread_key_data);
DEBUG_SIZE(pthread_key_struct);

extern char _rtld_global[] __attribute__((weak));

enum { BITS, ELEMENTS, OFFSET };

/* A pthread key, and a thread's value for one. */
struct key {
	uintptr_t sequence;
	void (*destroy)(void *);
};

struct value {
	uintptr_t sequence;
	void *data;
};

extern struct key __pthread_keys[] __attribute__((weak));

/* The list of modules that have thread-local variables. */
struct slot {
	size_t generation;
	const char *map;
};

struct slots {
	size_t length;
	struct slots *next;
	struct slot slot[];
};

/* An entry of the dynamic thread vector; the one before the first counts how many there are. */
union vector_entry {
	size_t count;
	struct {
		void *block;
		void *to_free;
	};
};

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static bool has_what_we_read(void)
{
	return _thread_db_pthread_tid && _thread_db_pthread_list && _thread_db_pthread_specific &&
	    _thread_db_pthread_key_data_level2_data && _thread_db_pthread_key_struct_destr &&
	    _thread_db___pthread_keys && _thread_db_rtld_global__dl_tls_dtv_slotinfo_list &&
	    _thread_db_dtv_slotinfo_list_slotinfo && _thread_db_link_map_l_tls_offset &&
	    &_thread_db_sizeof_pthread && &_thread_db_sizeof_dtv_slotinfo && &_thread_db_sizeof_pthread_key_data &&
	    &_thread_db_sizeof_pthread_key_struct && _rtld_global && __pthread_keys;
}

/* Our structures above are as long as glibc's. */
static bool looks_as_we_know_it(void)
{
	return _thread_db_sizeof_dtv_slotinfo == sizeof(struct slot) &&
	    _thread_db_sizeof_pthread_key_data == sizeof(struct value) &&
	    _thread_db_sizeof_pthread_key_struct == sizeof(struct key) &&
	    _thread_db_pthread_key_struct_destr[OFFSET] == offsetof(struct key, destroy) &&
	    _thread_db_dtv_slotinfo_list_slotinfo[OFFSET] == offsetof(struct slots, slot) &&
	    _thread_db_pthread_key_data_level2_data[OFFSET] == 0;
}

static const struct slots *module_list(void)
{
	return *(struct slots **)(_rtld_global + _thread_db_rtld_global__dl_tls_dtv_slotinfo_list[OFFSET]);
}

uintptr_t tls_modules(void)
{
	const struct slots *list;
	uintptr_t sum = 0;
	size_t i;

	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length && (list->slot[i].map || list->slot[i].generation || i == 0); i++)
			sum = sum * 31 + list->slot[i].generation + (uintptr_t)list->slot[i].map;
		if (i < list->length)
			break;
	}
	return sum;
}

#if TLS_BELOW_THREAD_POINTER

size_t glibc_tls_used(void)
{
	const struct slots *list;
	size_t used = 0, i;

	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length; i++) {
			const char *map = list->slot[i].map;
			size_t offset = map ? *(const size_t *)(map + _thread_db_link_map_l_tls_offset[OFFSET]) : 0;

			/* Modules without a place in the static block have 0 or a number near the highest. */
			if (offset > used && offset <= glibc.below)
				used = offset;
		}
	}
	return used;
}

size_t glibc_image_end(void)
{
	return glibc.descriptor_size;
}

static void learn_extent(size_t static_size)
{
	glibc.above = glibc.descriptor_size;
	glibc.below = static_size - glibc.descriptor_size;
	glibc.descriptor_below = 0;
}

#else

size_t glibc_tls_used(void)
{
	return 0;
}

size_t glibc_image_end(void)
{
	return glibc.above;
}

static void learn_extent(size_t static_size)
{
	glibc.above = static_size;
	glibc.below = glibc.descriptor_size;
	glibc.descriptor_below = (ptrdiff_t)glibc.descriptor_size;
}

#endif

/* The list of robust mutexes is the one part of the descriptor that the kernel can tell. */
static int learn_robust_list(const char *descriptor)
{
	char *head = NULL;
	size_t length;
	long result = raw_syscall(SYS_get_robust_list, 0, (long)&head, (long)&length, 0, 0, 0);

	if (result == -ENOSYS) /* then libc makes no robust mutexes */
		return 0;
	if (result < 0)
		return ENOTSUP;
	glibc.robust_head = head - descriptor;
	glibc.robust_offset = *(long *)(head + sizeof(void *));
	if (glibc.robust_head < 0 || glibc.robust_head > (ptrdiff_t)glibc.descriptor_size)
		return ENOTSUP;
	return 0;
}

/* The module in whose thread-local variables errno lies is libc. */
static int find_libc(struct dl_phdr_info *info, size_t size, void *unused)
{
	const char *data = info->dlpi_tls_data, *error = (const char *)&errno;
	int i;

	(void)size;
	(void)unused;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type != PT_TLS || !data || error < data || error >= data + header->p_memsz)
			continue;
		glibc.libc_low = data - (const char *)glibc.host;
		glibc.libc_high = glibc.libc_low + (ptrdiff_t)(header->p_memsz & ~(sizeof(void *) - 1));
		return 1;
	}
	return 0;
}

int glibc_learn(void)
{
	size_t static_size;
	char *descriptor;

	if (!has_what_we_read() || !looks_as_we_know_it())
		return ENOTSUP;
	_dl_get_tls_static_info(&static_size, &glibc.align);
	glibc.descriptor_size = _thread_db_sizeof_pthread;
	learn_extent(static_size);

	glibc.host = thread_pointer();
	descriptor = (char *)glibc.host - glibc.descriptor_below;
	if ((pthread_t)descriptor != pthread_self())
		return ENOTSUP;
	glibc.tid = _thread_db_pthread_tid[OFFSET];
	glibc.list = _thread_db_pthread_list[OFFSET];
	glibc.specific = _thread_db_pthread_specific[OFFSET];
	glibc.specific_first = *(char **)(descriptor + glibc.specific) - descriptor;
	if (*(int *)(descriptor + glibc.tid) != raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0))
		return ENOTSUP;
	if (&__rseq_offset && &__rseq_size && __rseq_size)
		glibc.rseq_cpu_id = __rseq_offset + 4;
	if (!dl_iterate_phdr(find_libc, NULL))
		return ENOTSUP;
	return learn_robust_list(descriptor);
}

bool glibc_vector_owns(const void *vector)
{
	const union vector_entry *entry = vector;
	size_t count = entry[-1].count, i;

	for (i = 1; i <= count; i++) {
		if (entry[i].to_free)
			return true;
	}
	return false;
}

__attribute__((noinline)) void *glibc_call_as(void *tp, void *(*f)(void *), void *arg)
{
	void *own = thread_pointer(), *result;
	uint64_t all = ~0ull, before;

	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof(all), 0, 0);
	set_thread_pointer(tp);
	result = f(arg);
	set_thread_pointer(own);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(all), 0, 0);
	return result;
}

struct sight {
	pthread_t thread;
	int *error;
};

static void *look(void *arg)
{
	struct sight *sight = arg;

	sight->thread = pthread_self();
	sight->error = &errno;
	return NULL;
}

bool glibc_takes_for_thread(void *tp)
{
	struct sight sight;
	ptrdiff_t error;

	glibc_call_as(tp, look, &sight);
	error = (char *)sight.error - (char *)tp;
	return (char *)sight.thread == (char *)tp - glibc.descriptor_below && error >= glibc.libc_low &&
	    error < glibc.libc_high;
}

/* One round over a page of values. Returns how many destructors it has called. */
static int destroy_values(struct value *values, size_t first, size_t count)
{
	int called = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		void *data = values[i].data;
		const struct key *key = &__pthread_keys[first + i];

		if (!data)
			continue;
		values[i].data = NULL;
		/* A key that was deleted, or deleted and made again, has another sequence number. */
		if (values[i].sequence != key->sequence || !key->destroy)
			continue;
		key->destroy(data);
		called++;
	}
	return called;
}

void glibc_run_key_destructors(char *descriptor)
{
	struct value **page = (struct value **)(descriptor + glibc.specific);
	size_t pages = _thread_db_pthread_specific[BITS] / (8 * sizeof(void *));
	size_t per_page = _thread_db___pthread_keys[ELEMENTS] / pages;
	int round, called;
	size_t i;

	for (round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		called = destroy_values(page[0], 0, per_page);
		for (i = 1; i < pages; i++)
			called += page[i] ? destroy_values(page[i], i * per_page, per_page) : 0;
		if (!called)
			break;
	}
	for (i = 1; i < pages; i++) {
		free(page[i]);
		page[i] = NULL;
	}
}
