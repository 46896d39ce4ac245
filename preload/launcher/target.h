/* Whether a library can be preloaded into a command. */
#ifndef PRELOAD_LAUNCHER_TARGET_H
#define PRELOAD_LAUNCHER_TARGET_H

/*
 * Refuses a command whose program ld.so cannot preload the library into, or which cannot be run at all. path is its
 * file, name what the user calls it. Scripts are followed to the program that runs them. A file that may be run but
 * not read passes, and so does one in a format that only binfmt_misc may know.
 *
 * Returns how many more programs are executed until it is the last in this chain: one for each env(1).
 */
int judge(const char *name, const char *path);

/*
 * The ELF file of this machine that is run by the command, which may be a script. Refuses what cannot be run, read or
 * told.
 */
const char *find_program(const char *name, const char *path);

#endif
