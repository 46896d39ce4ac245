/* greenload --check: whether the library is in a process, and what it does there. */
#ifndef PRELOAD_LAUNCHER_CHECK_H
#define PRELOAD_LAUNCHER_CHECK_H

/*
 * Prints one line about the process that the text numbers and exits: with 0 where it has greenlets, NOT_ACTIVE where
 * only the library, NOT_LOADED where not even that, and why. Refuses where that cannot be told.
 */
_Noreturn void check(const char *text);

#endif
