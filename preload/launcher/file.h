/* Finding files. */
#ifndef PRELOAD_LAUNCHER_FILE_H
#define PRELOAD_LAUNCHER_FILE_H

#include <stdbool.h>

/*
 * The file that execvp(3) would run: name itself if it has a slash, else the first match in PATH that may be executed.
 * NULL with errno ENOENT, or EACCES if all matches may not be executed.
 */
char *find_command(const char *name);

/* True if both paths lead to the same file. */
bool is_same_file(const char *one, const char *other);

/*
 * The launcher's own file, links resolved: by /proc or, if that is not mounted, by the path with which the launcher was
 * executed. NULL with errno set if neither leads to a file.
 */
char *own_program(void);

#endif
