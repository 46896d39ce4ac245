/* Whether greenlets can be had with this machine's libc: found out by a trial, in a process of its own. */
#ifndef PRELOAD_LAUNCHER_LIBC_TRIAL_H
#define PRELOAD_LAUNCHER_LIBC_TRIAL_H

#include <stdbool.h>

/* True where the launcher is run for the trial; then try_libc() makes a thread, and exits. */
bool is_trial(char *const argv[]);
_Noreturn void try_libc(void);

/*
 * Runs the trial with the library preloaded. Returns what is the matter with libc, and NULL where nothing is, or where
 * there is no library, no /proc or no process to be had for the trial.
 */
const char *objection_to_libc(void);

#endif
