/* A process looked at from outside, by /proc alone. It may run, hang or be stopped; it takes no part. */
#ifndef PRELOAD_LAUNCHER_PROCESS_H
#define PRELOAD_LAUNCHER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process {
	int id;
	char name[64];
	unsigned long threads; /* of the system's */
	bool is_kernels;       /* it is a thread of the kernel: it executes no program, and nothing below is valid */
	int directory;         /* /proc/ID or one of its threads': leads to no other process that gets the number */
	int memory;            /* of the program that it executes; -1: it must not be read, for the reason below */
	int memory_error;      /* an errno value */
};

/*
 * Opens the process that the text numbers. Refuses where the text is no number (OUR_FAILURE), where there is no such
 * process or it has ended (NOT_FOUND), and where the caller must not see it or /proc is not there (CANNOT_RUN).
 */
void open_process(struct process *process, const char *text);

void close_process(struct process *process);

/* True where it has ended or executed another program since it was opened: what was read may be of both. */
bool has_changed(const struct process *process);

/* False where not all of these bytes of its memory can be read. */
bool read_memory(const struct process *process, uintptr_t address, void *to, size_t size);

/*
 * Calls take(address, path, arg) for each file that is mapped from its first byte on, as programs and libraries are;
 * stops at the first true, and returns whether there was one. Refuses (CANNOT_RUN) where the mappings are not told.
 */
bool find_mapped_file(
    const struct process *process, bool (*take)(uintptr_t address, const char *path, void *arg), void *arg);

/* Why the library is not in it, as a sentence. */
const char *why_not_loaded(const struct process *process);

#endif
