/* Finding files. */
#ifndef PRELOAD_LAUNCHER_FILE_H
#define PRELOAD_LAUNCHER_FILE_H

#include <stdbool.h>

/*
 * The file that execvp(3) would run: name itself where it has a slash, else the first in PATH that may be executed.
 * NULL with errno ENOENT, or EACCES where there are only files that may not.
 */
char *find_command(const char *name);

/* True when both paths lead to one and the same file. */
bool is_same_file(const char *one, const char *other);

/*
 * The launcher's own file, links resolved: by /proc or, where that is not mounted, by the path with which the launcher
 * was executed. NULL with errno set where neither leads to a file.
 */
char *own_program(void);

#endif
