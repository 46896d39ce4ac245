#include "library.h"
#include "file.h"
#include "refuse.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEPARATORS " :"
#define NAME       "libgreenload.so"

/* The program may expect the lowest numbers to be free and, if it uses select(2), all numbers to be below 1024. */
#define HIGH_DESCRIPTOR 900

/* The launcher's own directory, links resolved. */
static char *own_directory(void)
{
	char *path = own_program();

	if (!path)
		refuse(OUR_FAILURE, "cannot find itself: %s", strerror(errno));
	*strrchr(path, '/') = '\0';
	return path;
}

static bool is_readable_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
}

char *find_library(void)
{
	char *here = own_directory();
	char *built = formatted("%s/" NAME, here);
	char *installed = formatted("%s/" LIBRARY_FROM_BIN "/" SONAME, here);

	free(here);
	if (is_readable_file(built))
		return built;
	if (is_readable_file(installed))
		return installed;
	refuse(OUR_FAILURE, "cannot find its library: neither '%s' nor '%s' can be read", built, installed);
}

/* Debian's directories for libraries of this word size and, from two kinds of packages, of 32 bits. */
#define OWN_LIB "/lib/" MULTIARCH "/"
static const char *const lib32[] = {"/lib/i386-linux-gnu/", "/lib32/"};

/*
 * If there is also a library of the same name for 32-bit programs: a path by which ld.so finds the right one for each.
 * With our path, ld.so would print a warning on their standard error. NULL if there is none.
 */
static char *for_both_sizes(const char *library)
{
	const char *own = strstr(library, OWN_LIB), *name = own ? own + strlen(OWN_LIB) : NULL;
	bool found = false;

	if (!name || strchr(name, '/'))
		return NULL;
	for (size_t i = 0; i < sizeof lib32 / sizeof *lib32; i++) {
		char *other = formatted("%.*s%s%s", (int)(own - library), library, lib32[i], name);

		found |= is_readable_file(other);
		free(other);
	}
	return found ? formatted("%.*s/$LIB/%s", (int)(own - library), library, name) : NULL;
}

/* The path, or another one by which ld.so finds the library. */
static char *preloadable(const char *library)
{
	char *by_descriptor, *both;
	int fd, high;

	both = strpbrk(library, SEPARATORS "$") ? NULL : for_both_sizes(library);
	if (both)
		return both;
	if (!strpbrk(library, SEPARATORS "$"))
		return formatted("%s", library);
	fd = open(library, O_RDONLY);
	if (fd < 0)
		refuse(OUR_FAILURE, "cannot open its library '%s': %s", library, strerror(errno));
	high = fcntl(fd, F_DUPFD, HIGH_DESCRIPTOR);
	if (high >= 0)
		close(fd);
	by_descriptor = formatted("/proc/self/fd/%d", high >= 0 ? high : fd);
	if (!is_readable_file(by_descriptor))
		refuse(OUR_FAILURE, "cannot preload '%s': its name has a separator or '$', and /proc is not there",
		    library);
	return by_descriptor;
}

/* True for the library under any name, and for another build of it: two at once would hook each other. */
static bool is_ours(const char *entry, const char *library)
{
	const char *slash = strrchr(entry, '/');

	if (strncmp(slash ? slash + 1 : entry, NAME, strlen(NAME)) == 0)
		return true;
	return slash && is_same_file(entry, library);
}

char *preload_list(const char *library, const char *before)
{
	char *list = preloadable(library);
	char *rest = formatted("%s", before ? before : "");
	char *position, *longer;

	for (char *entry = strtok_r(rest, SEPARATORS, &position); entry;
	     entry = strtok_r(NULL, SEPARATORS, &position)) {
		if (is_ours(entry, library))
			continue;
		longer = formatted("%s:%s", list, entry);
		free(list);
		list = longer;
	}
	free(rest);
	return list;
}
