/* greenload --check: is the library in a process, and what does it do there? */
#ifndef PRELOAD_LAUNCHER_CHECK_H
#define PRELOAD_LAUNCHER_CHECK_H

/*
 * Prints one line about the process with this number, and exits: with 0 if it has greenlets, with NOT_ACTIVE if it has
 * only the library, with NOT_LOADED and the reason if it does not have the library. Refuses if that cannot be found
 * out.
 */
_Noreturn void check(const char *text);

#endif
