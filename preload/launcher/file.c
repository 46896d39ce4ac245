#include "file.h"
#include "refuse.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* PATH, or the default of execvp if PATH is not set. */
static const char *search_path(void)
{
	static char standard[64];
	const char *path = getenv("PATH");

	if (path)
		return path;
	confstr(_CS_PATH, standard, sizeof standard);
	return standard;
}

/* False with errno set, EACCES for a file that exists and cannot be executed. */
static bool is_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	errno = EACCES;
	return S_ISREG(st.st_mode) && eaccess(path, X_OK) == 0;
}

/* An empty element of PATH is the current directory. */
static char *search(const char *name)
{
	int error = ENOENT;

	for (const char *element = search_path();; element++) {
		int length = (int)strcspn(element, ":");
		char *path = formatted("%.*s%s%s", length, element, length ? "/" : "", name);

		if (is_executable(path))
			return path;
		if (errno == EACCES)
			error = EACCES;
		free(path);
		element += length;
		if (!*element)
			break;
	}
	errno = error;
	return NULL;
}

char *find_command(const char *name)
{
	if (strchr(name, '/'))
		return formatted("%s", name);
	if (*name)
		return search(name);
	errno = ENOENT;
	return NULL;
}

bool is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

char *own_program(void)
{
	const char *executed = (const char *)getauxval(AT_EXECFN);
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	if (length < 0)
		return executed ? realpath(executed, NULL) : NULL;
	path[length] = '\0';
	return formatted("%s", path);
}
