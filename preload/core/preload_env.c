#include "preload_env.h"
#include "arch.h"
#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEPARATORS " :"
#define NAME       "libgreenload.so"
#define PREFIX     "GREENLOAD_"
#define DESCRIPTOR "/proc/self/fd/"

/* The name by which the loader knows us: our entry of LD_PRELOAD, verbatim. */
static const char *own_path(void)
{
	Dl_info info;

	return dladdr((void *)follow_children, &info) && info.dli_fname ? info.dli_fname : NAME;
}

static bool is_ours(const char *entry, size_t length)
{
	const char *path = own_path(), *slash = memrchr(entry, '/', length);
	const char *name = slash ? slash + 1 : entry;

	if (strlen(path) == length && memcmp(path, entry, length) == 0)
		return true;
	return (size_t)(entry + length - name) >= strlen(NAME) && memcmp(name, NAME, strlen(NAME)) == 0;
}

/* Removes our entry from the list in place. */
static void take_us_out(char *list)
{
	char *to = list;
	const char *entry = list;
	size_t length;

	while (*(entry += strspn(entry, SEPARATORS))) {
		length = strcspn(entry, SEPARATORS);
		if (!is_ours(entry, length)) {
			if (to != list)
				*to++ = ':';
			memmove(to, entry, length);
			to += length;
		}
		entry += length;
	}
	*to = 0;
}

/*
 * A library that the loader could not name otherwise is preloaded by a descriptor, which children inherit to find the
 * library, too. From now on they no longer inherit it.
 */
static void keep_own_descriptor(void)
{
	const char *path = own_path();

	if (strncmp(path, DESCRIPTOR, strlen(DESCRIPTOR)) == 0)
		raw_syscall(SYS_fcntl, atoi(path + strlen(DESCRIPTOR)), F_SETFD, FD_CLOEXEC, 0, 0, 0);
}

/* Does not use libc's functions: bash defines functions of these names for its own variables. */
static char *value_of(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return strncmp(variable, name, length) == 0 && variable[length] == '=' ? (char *)variable + length + 1 : NULL;
}

/* True for a variable that must be removed. */
static bool is_left_behind(const char *variable)
{
	char *list = value_of(variable, "LD_PRELOAD");

	if (list)
		take_us_out(list);
	return list ? !*list : strncmp(variable, PREFIX, strlen(PREFIX)) == 0;
}

static void clean_environment(void)
{
	char **from = environ, **to = environ;

	for (; from && *from; from++) {
		if (!is_left_behind(*from))
			*to++ = *from;
	}
	if (to)
		*to = NULL;
}

void follow_children(char *times)
{
	if (!times || !isdigit((unsigned char)times[0]) || times[1])
		return;
	if (*times != '0') {
		--*times;
		return;
	}
	keep_own_descriptor();
	clean_environment();
}
