#include "mapping.h"
#include "arch.h"
#include "runtime/sys/memory.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/* proc_pid_maps(5); as PROCMAP_QUERY of <linux/fs.h>, which is new in Linux 6.11 and missing in older headers. */
struct mapping_query {
	uint64_t size, how, address;
	uint64_t start, end, flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};

#define QUERY_MAPPING     _IOWR('f', 17, struct mapping_query)
#define IS_SHARED_MAPPING 8

enum sharing { SHARED, PRIVATE, UNSAID };

static enum sharing ask_about(int maps, const void *address)
{
	struct mapping_query query = {.size = sizeof(query), .address = (uintptr_t)address};

	if (raw_syscall(SYS_ioctl, maps, QUERY_MAPPING, (long)&query, 0, 0, 0))
		return UNSAID;
	return query.flags & IS_SHARED_MAPPING ? SHARED : PRIVATE;
}

/* One line: "start-end rwxp offset device inode name"; a shared mapping has s instead of p. */
static enum sharing read_line(const char *line, const void *address)
{
	char *rest;
	uintptr_t start = strtoul(line, &rest, 16), end;

	if (*rest != '-')
		return UNSAID;
	end = strtoul(rest + 1, &rest, 16);
	if ((uintptr_t)address < start || (uintptr_t)address >= end || strnlen(rest, 5) < 5)
		return UNSAID;
	return rest[4] == 'p' ? PRIVATE : SHARED;
}

/*
 * The kernel returns whole lines; the longest has a path and some 80 characters more. The buffer is not on the stack: a
 * thread's stack may be as small as PTHREAD_STACK_MIN.
 */
static enum sharing read_about(int maps, const void *address)
{
	enum { SIZE = 8192 };
	char *text = memory_alloc(SIZE), *line, *end;
	enum sharing answer = UNSAID;
	long n;

	while (text && answer == UNSAID && (n = raw_syscall(SYS_read, maps, (long)text, SIZE - 1, 0, 0, 0)) > 0) {
		text[n] = 0;
		for (line = text; answer == UNSAID && (end = strchr(line, '\n')); line = end + 1)
			answer = read_line(line, address);
	}
	memory_free(text);
	return answer;
}

bool is_in_shared_mapping(const void *address)
{
	long maps = raw_syscall(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0, 0, 0);
	enum sharing answer;

	if (maps < 0)
		return true;
	answer = ask_about((int)maps, address);
	if (answer == UNSAID)
		answer = read_about((int)maps, address);
	raw_syscall(SYS_close, maps, 0, 0, 0, 0, 0);
	return answer != PRIVATE;
}
