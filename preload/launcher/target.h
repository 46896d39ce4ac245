/* Finds out if a library can be preloaded into a command. */
#ifndef PRELOAD_LAUNCHER_TARGET_H
#define PRELOAD_LAUNCHER_TARGET_H

/*
 * Refuses a command if ld.so cannot preload the library into its program, or if it cannot be run at all. path is its
 * file, name what the user calls it. Scripts are followed to the program that runs them. A file that may be run but not
 * read passes, and so does one in a format that only binfmt_misc may know.
 *
 * Returns how many more programs are executed until the last one in this chain: one for each env(1).
 */
int judge(const char *name, const char *path);

/*
 * The ELF file of this machine that runs the command, which may be a script. Refuses a command that cannot be run, read
 * or followed.
 */
const char *find_program(const char *name, const char *path);

#endif
