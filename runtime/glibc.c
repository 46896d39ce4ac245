#include "glibc.h"
#include "arch.h"
#include "glibc_tables.h"
#include "image.h"
#include "sys.h"
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>

struct glibc glibc;

void _dl_get_tls_static_info(size_t *size, size_t *align);

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

static void learn_extent(size_t static_size)
{
	size_t variables = TLS_BELOW_THREAD_POINTER ? static_size - glibc.descriptor_size : static_size;

	glibc.descriptor_below = TLS_BELOW_THREAD_POINTER ? 0 : (ptrdiff_t)glibc.descriptor_size;
	glibc.above = TLS_BELOW_THREAD_POINTER ? glibc.descriptor_size : variables;
	glibc.below = TLS_BELOW_THREAD_POINTER ? variables : glibc.descriptor_size;
}

/* The list of robust mutexes is the one part of the descriptor that the kernel can tell. */
static int learn_robust_list(const char *descriptor)
{
	char *head = NULL;
	size_t length;
	long result = raw_syscall(SYS_get_robust_list, 0, (long)&head, (long)&length, 0, 0, 0);

	if (result == -ENOSYS) /* then libc makes no robust mutexes */
		return 0;
	if (result < 0 || !head)
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

static void find_functions(const struct dl_phdr_info *libc)
{
	struct image image;

	image_read(&image, libc->dlpi_addr, libc->dlpi_phdr, libc->dlpi_phnum);
	glibc.malloc = (__typeof__(glibc.malloc))image_find(&image, "__libc_malloc");
	glibc.free = (__typeof__(glibc.free))image_find(&image, "__libc_free");
	glibc.thread_self = (__typeof__(glibc.thread_self))image_find(&image, "pthread_self");
	glibc.error_location = (__typeof__(glibc.error_location))image_find(&image, "__errno_location");
	glibc.getrandom = (__typeof__(glibc.getrandom))image_find(&image, "getrandom");
	glibc.single_threaded = image_find(&image, "__libc_single_threaded");
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
		find_functions(info);
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
	glibc.cancel = _thread_db_pthread_cancelhandling[OFFSET];
	glibc.specific = _thread_db_pthread_specific[OFFSET];
	glibc.specific_first = *(char **)(descriptor + glibc.specific) - descriptor;
	if (*(int *)(descriptor + glibc.tid) != os_thread_id())
		return ENOTSUP;
	if (!learn_rseq())
		return ENOTSUP;
	if (!dl_iterate_phdr(find_libc, NULL) || !glibc.thread_self || !glibc.error_location || !glibc.single_threaded)
		return ENOTSUP;
	return learn_robust_list(descriptor);
}

__attribute__((noinline)) void *glibc_call_as(void *tp, void *(*f)(void *), void *arg)
{
	void *own = thread_pointer(), *result;
	uint64_t before = 0;

	sys_set_mask(SIG_SETMASK, ~0ull, &before);
	set_thread_pointer(tp);
	result = f(arg);
	set_thread_pointer(own);
	sys_set_mask(SIG_SETMASK, before, NULL);
	return result;
}

/* The list of threads whose stacks are not libc's: it gives back the others' at a fork. */
void glibc_list_instead(void *listed, void *tp)
{
	struct list_node *head = (void *)(_rtld_global + _thread_db_rtld_global__dl_stack_user[OFFSET]);
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
