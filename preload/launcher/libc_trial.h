/* Finds out if greenlets work with this machine's libc: by a trial, in a separate process. */
#ifndef PRELOAD_LAUNCHER_LIBC_TRIAL_H
#define PRELOAD_LAUNCHER_LIBC_TRIAL_H

#include <stdbool.h>

/* True if the launcher is run for the trial; then try_libc() creates a thread, and exits. */
bool is_trial(char *const argv[]);
_Noreturn void try_libc(void);

/*
 * Runs the trial with the library preloaded. Returns the problem with libc, or NULL if there is none, or if there is no
 * library, no /proc, or no process can be created for the trial.
 */
const char *objection_to_libc(void);

#endif
