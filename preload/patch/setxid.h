/*
 * setuid(2) and its family change one OS thread. libc's functions change all of them, by a signal that each thread
 * handles by the same system call.
 */
#ifndef PRELOAD_PATCH_SETXID_H
#define PRELOAD_PATCH_SETXID_H

/*
 * Makes libc install its handler for that signal, and installs ours before it. Called once, before the process gets its
 * first hub, on an OS thread without greenlets. Afterwards libc takes the process for multi-threaded.
 */
void credentials_prepare(void);

#endif
