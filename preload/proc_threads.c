/*
 * The list of a process's threads, /proc/self/task and the same by other paths, of this process: its greenlets are in
 * it behind the OS threads, and the OS threads that greenload has made for itself are not. libc's readdir, scandir and
 * their like read a directory by getdents64, which is patched in place.
 *
 * The kernel's position in that directory counts the entries, which are fewer than thread ids. Beyond all of them the
 * position is BEHIND and the number of a greenlet's stack, by which greenlets are listed: so all there is to know is in
 * the file, where lseek, telldir, rewinddir and duplicates find it.
 */
#include "../runtime/listing.h"
#include "../runtime/own_threads.h"
#include "../runtime/spare.h"
#include "blocking.h"
#include "known_id.h"
#include "options.h"
#include "proc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND (1 << 22)

_Static_assert(BEHIND + (long)MAX_STACKS < INT_MAX, "the file system has no such position");

/* How much of a buffer is taken. */
struct listing {
	char *bytes;
	size_t size, length;
	uint32_t next; /* the number of the first stack that is not listed yet */
	bool is_full;
};

static bool is_number(const char *name)
{
	return name[0] && !name[strspn(name, "0123456789")];
}

/* False for what surely is another directory: there are but threads in that one. */
static bool may_be_threads(const char *bytes, ssize_t length)
{
	for (ssize_t at = 0; at < length; at += ((const struct dirent64 *)(bytes + at))->d_reclen) {
		const struct dirent64 *entry = (const struct dirent64 *)(bytes + at);

		if (entry->d_type != DT_DIR || (entry->d_name[0] != '.' && !is_number(entry->d_name)))
			return false;
	}
	return true;
}

/* At the end of a directory. */
static bool may_have_been_threads(int fd)
{
	struct stat status = {0};

	return sys_fstat(fd, &status) == 0 && MAY_LIST_THREADS(status.st_mode, status.st_size);
}

/* Takes our own OS threads out; returns what is left of the length. */
static ssize_t without_own_threads(char *bytes, ssize_t length)
{
	ssize_t kept = 0, size;

	for (ssize_t at = 0; at < length; at += size) {
		const struct dirent64 *entry = (const struct dirent64 *)(bytes + at);

		size = entry->d_reclen;
		if (is_own_os_thread(atoi(entry->d_name)))
			continue;
		memmove(bytes + kept, entry, (size_t)size);
		kept += size;
	}
	return kept;
}

/*
 * The greenlet that is alive on this stack; NULL: there is none. In the child of a fork those that have stayed in the
 * parent have no id of this process, and the one that lives on has the process's.
 */
static const struct greenlet *thread_on(const struct stack *stack)
{
	const struct greenlet *g = greenlet_on(stack);
	uint32_t id;

	return g && g->state != ENDED && tls_has_id(thread_id_of(g), &id) && id == g->id ? g : NULL;
}

static bool add_thread(const struct stack *stack, void *arg)
{
	struct listing *listing = arg;
	struct dirent64 *entry = (struct dirent64 *)(listing->bytes + listing->length);
	const struct greenlet *g = thread_on(stack);
	char name[16];
	size_t size;

	if (!g) {
		listing->next = stack->id + 1;
		return true;
	}
	snprintf(name, sizeof(name), "%d", thread_id_of(g));
	size = (offsetof(struct dirent64, d_name) + strlen(name) + 1 + 7) & ~7ul;
	listing->is_full = size > listing->size - listing->length;
	if (listing->is_full)
		return false;
	listing->next = stack->id + 1;
	memset(entry, 0, size);
	entry->d_ino = (ino64_t)thread_id_of(g);
	entry->d_off = BEHIND + (off64_t)listing->next;
	entry->d_reclen = (unsigned short)size;
	entry->d_type = DT_DIR;
	memcpy(entry->d_name, name, strlen(name) + 1);
	listing->length += size;
	return true;
}

/* The kernel has none left. Returns the length, or -errno. */
static ssize_t list_greenlets(int fd, void *buf, size_t size)
{
	off_t at = sys_lseek(fd, 0, SEEK_CUR);
	struct listing listing = {.bytes = buf, .size = size, .next = at < BEHIND ? 0 : (uint32_t)(at - BEHIND)};

	if (at < 0)
		return 0;
	stack_for_each_from(listing.next, add_thread, &listing);
	sys_lseek(fd, BEHIND + (off_t)listing.next, SEEK_SET);
	return listing.is_full && !listing.length ? -EINVAL : (ssize_t)listing.length;
}

static SELDOM ssize_t list_threads(int fd, void *buf, size_t size, ssize_t length)
{
	int before = errno;

	while (length > 0 && (length = without_own_threads(buf, length)) == 0)
		length = libc.getdents64(fd, buf, size);
	if (length < 0)
		return length;
	if (length == 0)
		length = list_greenlets(fd, buf, size);
	errno = before;
	return with_errno(length);
}

ssize_t getdents64(int fd, void *buf, size_t size)
{
	ssize_t length = libc.getdents64(fd, buf, size);

	if (likely(!any_hub()) || length < 0 || call_is_off[CALL_gettid])
		return length;
	if (!(length ? may_be_threads(buf, length) : may_have_been_threads(fd)) || !is_list_of_threads(fd))
		return length;
	return list_threads(fd, buf, size, length);
}

static bool is_the_list(int dir, const char *path, int flags)
{
	int fd = dir;
	bool is_it;

	if (*path)
		fd = (int)raw_syscall(SYS_openat, dir, (long)path,
		    O_PATH | O_CLOEXEC | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0), 0, 0, 0);
	is_it = fd >= 0 && is_list_of_threads(fd);
	if (fd >= 0 && *path)
		sys_close(fd);
	return is_it;
}

static bool count_thread(const struct stack *stack, void *links)
{
	*(unsigned long *)links += thread_on(stack) != NULL;
	return true;
}

static void take_off_own_thread(int number, void *links)
{
	*(unsigned long *)links -= is_own_os_thread(number);
}

void count_threads_as_links(int dir, const char *path, int flags, unsigned long *links)
{
	if (call_is_off[CALL_gettid] || !is_the_list(dir, path, flags))
		return;
	for_each_number("/proc/self/task", take_off_own_thread, links);
	stack_for_each_from(0, count_thread, links);
}
