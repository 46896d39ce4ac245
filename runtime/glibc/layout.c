#include "layout.h"
#include "arch.h"
#include "facts.h"
#include "runtime/sys/fiber.h"
#include "runtime/sys/image.h"
#include "runtime/sys/sys.h"
#include "runtime/sys/user_memory.h"
#include "tables.h"
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>

struct glibc glibc;

static bool has_what_we_read(void)
{
	return _thread_db_pthread_tid && _thread_db_pthread_list && _thread_db_pthread_cancelhandling &&
	       _thread_db_pthread_specific && _thread_db_pthread_key_data_level2_data &&
	       _thread_db_pthread_key_struct_destr && _thread_db___pthread_keys &&
	       _thread_db_rtld_global__dl_tls_dtv_slotinfo_list && _thread_db_rtld_global__dl_stack_user &&
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

static bool has_what_we_call(void)
{
	return _dl_allocate_tls && _dl_deallocate_tls && _dl_get_tls_static_info && __call_tls_dtors && __ctype_init;
}

static bool has_what_we_look_up(void)
{
	return glibc.thread_self && glibc.error_location && glibc.resolver_state && glibc.set_cancel_state &&
	       glibc.set_cancel_type && glibc.make_key && glibc.set_value && glibc.delete_key && glibc.getcontext &&
	       glibc.swapcontext;
}

static void learn_extent(size_t static_size)
{
	size_t variables = TLS_BELOW_THREAD_POINTER ? static_size - glibc.descriptor_size : static_size;

	glibc.descriptor_below = TLS_BELOW_THREAD_POINTER ? 0 : (ptrdiff_t)glibc.descriptor_size;
	glibc.above = TLS_BELOW_THREAD_POINTER ? glibc.descriptor_size : variables;
	glibc.below = TLS_BELOW_THREAD_POINTER ? variables : glibc.descriptor_size;
}

/*
 * The list of robust mutexes of a thread that has none: two words that hold the address of the second, and then the
 * offset, which is negative, from a mutex's link to its lock.
 */
static char *find_empty_robust_list(char *descriptor)
{
	size_t at;

	for (at = sizeof(void *); at + 2 * sizeof(void *) <= glibc.descriptor_size; at += sizeof(void *)) {
		char **word = (char **)(descriptor + at);
		long offset = (long)word[1];

		if (word[-1] == (char *)word && word[0] == (char *)word && offset < 0 &&
		    offset > -(long)sizeof(pthread_mutex_t))
			return (char *)word;
	}
	return NULL;
}

/*
 * The list of robust mutexes is the one part of the descriptor that the kernel can tell. Where it does not (a filter,
 * an emulator), libc uses the list all the same.
 */
static int learn_robust_list(char *descriptor)
{
	char *head = NULL;
	size_t length;

	if (raw_syscall(SYS_get_robust_list, 0, (long)&head, (long)&length, 0, 0, 0) < 0)
		head = find_empty_robust_list(descriptor);
	if (!head)
		return ENOTSUP;
	glibc.robust_head = head - descriptor;
	glibc.robust_offset = *(long *)(head + sizeof(void *));
	if (glibc.robust_head < 0 || glibc.robust_head > (ptrdiff_t)glibc.descriptor_size)
		return ENOTSUP;
	return 0;
}

/*
 * The area of restartable sequences: in the descriptor up to glibc 2.40, below the variables from 2.41 on. It is there
 * also where the kernel has none: pthread_create goes by it on behalf of the new thread. False: it is not in the block.
 */
static bool learn_rseq(void)
{
	if (!&__rseq_offset || !__rseq_offset)
		return true;
	glibc.rseq_cpu_id = __rseq_offset + 4;
	return glibc.rseq_cpu_id >= -(ptrdiff_t)glibc.below &&
	       glibc.rseq_cpu_id + (ptrdiff_t)sizeof(int32_t) <= (ptrdiff_t)glibc.above;
}

/* The module in whose thread-local variables errno lies is libc: their header; NULL for another. */
static const ElfW(Phdr) * variables_of_libc(const struct dl_phdr_info *info)
{
	const char *data = info->dlpi_tls_data, *error = (const char *)&errno;
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type == PT_TLS && data && error >= data && error < data + header->p_memsz)
			return header;
	}
	return NULL;
}

static int find_functions(struct dl_phdr_info *info, size_t size, void *unused)
{
	struct image image;

	(void)size;
	(void)unused;
	if (!variables_of_libc(info))
		return 0;
	image_read(&image, info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum);
	glibc.malloc = (__typeof__(glibc.malloc))image_find(&image, "__libc_malloc");
	glibc.free = (__typeof__(glibc.free))image_find(&image, "__libc_free");
	glibc.thread_self = (__typeof__(glibc.thread_self))image_find(&image, "pthread_self");
	glibc.error_location = (__typeof__(glibc.error_location))image_find(&image, "__errno_location");
	glibc.getrandom = (__typeof__(glibc.getrandom))image_find(&image, "getrandom");
	glibc.resolver_state = (__typeof__(glibc.resolver_state))image_find(&image, "__res_state");
	glibc.set_cancel_state = (__typeof__(glibc.set_cancel_state))image_find(&image, "pthread_setcancelstate");
	glibc.set_cancel_type = (__typeof__(glibc.set_cancel_type))image_find(&image, "pthread_setcanceltype");
	glibc.make_key = (__typeof__(glibc.make_key))image_find(&image, "pthread_key_create");
	glibc.set_value = (__typeof__(glibc.set_value))image_find(&image, "pthread_setspecific");
	glibc.delete_key = (__typeof__(glibc.delete_key))image_find(&image, "pthread_key_delete");
	glibc.single_threaded = image_find(&image, "__libc_single_threaded");
	glibc.getcontext = (__typeof__(glibc.getcontext))image_find(&image, "getcontext");
	glibc.swapcontext = (__typeof__(glibc.swapcontext))image_find(&image, "swapcontext");
	glibc.last_dl_error = (__typeof__(glibc.last_dl_error))image_find(&image, "dlerror");
	glibc.error_string = (__typeof__(glibc.error_string))image_find(&image, "strerror_l");
	glibc.signal_string = (__typeof__(glibc.signal_string))image_find(&image, "strsignal");
	glibc.make_locale = (__typeof__(glibc.make_locale))image_find(&image, "newlocale");
	glibc.use_locale = (__typeof__(glibc.use_locale))image_find(&image, "uselocale");
	return 1;
}

bool glibc_find_functions(void)
{
	return dl_iterate_phdr(find_functions, NULL) && has_what_we_look_up();
}

static int find_variables(struct dl_phdr_info *info, size_t size, void *unused)
{
	const ElfW(Phdr) *header = variables_of_libc(info);

	(void)size;
	(void)unused;
	if (!header)
		return 0;
	glibc.libc_low = (const char *)info->dlpi_tls_data - (const char *)glibc.host;
	glibc.libc_high = glibc.libc_low + (ptrdiff_t)(header->p_memsz & ~(sizeof(void *) - 1));
	glibc.libc_module = info->dlpi_tls_modid;
	return 1;
}

static struct list_node *thread_list(void)
{
	return (void *)(_rtld_global + _thread_db_rtld_global__dl_stack_user[OFFSET]);
}

/* A lock inside libc guards the list; ThreadSanitizer does not know it. */
static FIBER_UNSEEN bool is_in_circle(const struct list_node *node)
{
	return is_readable(node) && is_readable(node->next) && is_readable(node->previous) &&
	       node->next->previous == node && node->previous->next == node;
}

/* Another thread may be about to change the neighbours. */
static bool thread_list_is_known(const char *descriptor)
{
	int patience;

	for (patience = 1000; patience > 0; patience--) {
		if (is_in_circle(thread_list()) && is_in_circle((const void *)(descriptor + glibc.list)))
			return true;
		sys_sched_yield();
	}
	return false;
}

/* What the tables say is read only once it has been found to be in the descriptor. */
static bool is_inside(ptrdiff_t offset, size_t size)
{
	return offset >= 0 && (size_t)offset + size <= glibc.descriptor_size;
}

static bool learn_offsets(char *descriptor)
{
	glibc.tid = _thread_db_pthread_tid[OFFSET];
	glibc.list = _thread_db_pthread_list[OFFSET];
	glibc.cancel = _thread_db_pthread_cancelhandling[OFFSET];
	glibc.specific = _thread_db_pthread_specific[OFFSET];
	if (!is_inside(glibc.tid, sizeof(int)) || !is_inside(glibc.list, sizeof(struct list_node)) ||
	    !is_inside(glibc.cancel, sizeof(int)) || !is_inside(glibc.specific, sizeof(void *)))
		return false;
	glibc.specific_first = *(char **)(descriptor + glibc.specific) - descriptor;
	return is_inside(glibc.specific_first, sizeof(struct value));
}

static bool descriptor_is_known(char *descriptor)
{
	return glibc_fact(FACT_structures, learn_offsets(descriptor)) &&
	       glibc_fact(FACT_header, thread_header_is_known((void *)glibc.host)) &&
	       glibc_fact(FACT_thread_id, *(int *)(descriptor + glibc.tid) == os_thread_id()) &&
	       glibc_fact(FACT_thread_list, thread_list_is_known(descriptor)) &&
	       glibc_fact(FACT_keys, glibc_keys_are_known(descriptor)) &&
	       glibc_fact(FACT_robust_list, learn_robust_list(descriptor) == 0);
}

static bool variables_are_known(void)
{
	return glibc_fact(FACT_modules, glibc_modules_are_known()) &&
	       glibc_fact(FACT_vector, glibc_vector_is_known()) &&
	       glibc_fact(FACT_alone, glibc.single_threaded && (unsigned char)*glibc.single_threaded <= 1) &&
	       glibc_fact(FACT_resolver, glibc_resolver_is_known());
}

int glibc_learn(void)
{
	size_t static_size;
	char *descriptor;

	if (!glibc_fact(FACT_tables, has_what_we_read()) || !glibc_fact(FACT_structures, looks_as_we_know_it()) ||
	    !glibc_fact(FACT_functions, has_what_we_call()))
		return ENOTSUP;
	/* It is there, see has_what_we_call(), which the analyzer does not follow. */
	_dl_get_tls_static_info(&static_size, &glibc.align); /* NOLINT(clang-analyzer-core.CallAndMessage) */
	glibc.descriptor_size = _thread_db_sizeof_pthread;
	learn_extent(static_size);

	glibc.host = thread_pointer();
	descriptor = (char *)glibc.host - glibc.descriptor_below;
	if (!glibc_fact(FACT_descriptor, (pthread_t)descriptor == pthread_self()) ||
	    !glibc_fact(FACT_variables, dl_iterate_phdr(find_variables, NULL)) ||
	    !glibc_fact(FACT_functions, glibc_find_functions()) || !glibc_fact(FACT_rseq, learn_rseq()))
		return ENOTSUP;
	return descriptor_is_known(descriptor) && variables_are_known() ? 0 : ENOTSUP;
}

__attribute__((noinline)) void *glibc_call_as(void *tp, void *(*f)(void *), void *arg)
{
	void *own = thread_pointer(), *result;
	uint64_t before = 0;

	sys_set_mask(SIG_SETMASK, ~0ull, &before);
	fiber_lend(tp);
	set_thread_pointer(tp);
	result = f(arg);
	set_thread_pointer(own);
	sys_set_mask(SIG_SETMASK, before, NULL);
	return result;
}

/* The list of threads whose stacks are not libc's: it gives back the others' at a fork. */
void glibc_list_instead(void *listed, void *tp)
{
	struct list_node *head = thread_list();
	char *old = (char *)listed - glibc.descriptor_below, *new = (char *)tp - glibc.descriptor_below;
	struct list_node *out = (void *)(old + glibc.list), *in = (void *)(new + glibc.list);

	out->next->previous = out->previous;
	out->previous->next = out->next;
	out->next = out->previous = out;
	*in = (struct list_node){head->next, head};
	in->next->previous = in;
	head->next = in;
	*(int *)(new + glibc.tid) = (int)raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

struct sight {
	pthread_t thread;
	int *error;
};

static void *look(void *arg)
{
	struct sight *sight = arg;

	sight->thread = glibc.thread_self();
	sight->error = glibc.error_location();
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
