/*
 * Programs that run with more privileges than their caller's: for them ld.so(8) ignores LD_PRELOAD ("secure
 * execution").
 */
#ifndef PRELOAD_LAUNCHER_PRIVILEGE_H
#define PRELOAD_LAUNCHER_PRIVILEGE_H

#include <sys/stat.h>

/*
 * The reason why the program at path would run in secure execution mode, as words to follow "is"; NULL if it would not:
 * it has no privileges, its caller has them already, or they are not granted here (nosuid, no_new_privs).
 */
const char *privileged(const char *path, const struct stat *st);

#endif
