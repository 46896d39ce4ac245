/*
 * The kernel's clock. libc's clock_gettime is a symbol that a program or a preloaded library may define, and libc's own
 * way to the vdso is hidden: so the vdso's function is looked up once more, in the image that the kernel has mapped.
 */
#include "clock.h"
#include "auxv.h"
#include "image.h"
#include "sys.h"

#ifdef __aarch64__
#define VDSO_NAME "__kernel_clock_gettime"
#else
#define VDSO_NAME "__vdso_clock_gettime"
#endif

static int ask_kernel(clockid_t clock, struct timespec *t)
{
	return (int)raw_syscall(SYS_clock_gettime, clock, (long)t, 0, 0, 0, 0);
}

/* NULL where the kernel maps none, and under tools that hide it. */
static void *find_in_vdso(const char *name)
{
	const ElfW(Ehdr) *file = (const void *)auxv_value(AT_SYSINFO_EHDR);
	const ElfW(Phdr) * header;
	struct image image;
	int i;

	if (!file)
		return NULL;
	header = (const void *)((const char *)file + file->e_phoff);
	for (i = 0; i < file->e_phnum && header[i].p_type != PT_LOAD; i++)
		;
	if (i == file->e_phnum)
		return NULL;
	image_read(&image, (uintptr_t)file + header[i].p_offset - header[i].p_vaddr, header, file->e_phnum);
	return image_find(&image, name);
}

/* No constructor does it: other libraries' constructors may call us before ours. */
static int look_up(clockid_t clock, struct timespec *t)
{
	int (*found)(clockid_t, struct timespec *) = (__typeof__(found))find_in_vdso(VDSO_NAME);

	if (!found)
		found = ask_kernel;
	__atomic_store_n(&kernel_clock_function, found, __ATOMIC_RELAXED);
	return found(clock, t);
}

int (*kernel_clock_function)(clockid_t clock, struct timespec *t) = look_up;
