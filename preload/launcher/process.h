/* A process examined from outside, by /proc alone. It may run, hang or be stopped; it need not cooperate. */
#ifndef PRELOAD_LAUNCHER_PROCESS_H
#define PRELOAD_LAUNCHER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process {
	int id;
	char name[64];
	unsigned long threads; /* the number of OS threads */
	bool is_kernels;       /* a thread of the kernel: it executes no program, and nothing below is valid */
	int directory;         /* /proc/ID or one of its threads': stays with this process if the number is reused */
	int memory;       /* the memory of the program that it executes; -1: cannot be read, for the reason below */
	int memory_error; /* an errno value */
};

/*
 * Opens the process with this number. Refuses if the text is not a number (OUR_FAILURE), if there is no such process or
 * it has ended (NOT_FOUND), and if the caller must not see it or /proc is not mounted (CANNOT_RUN).
 */
void open_process(struct process *process, const char *text);

void close_process(struct process *process);

/*
 * True if it has ended or executed another program since it was opened: then the data read may be from both programs.
 */
bool has_changed(const struct process *process);

/* False if not all of these bytes of its memory can be read. */
bool read_memory(const struct process *process, uintptr_t address, void *to, size_t size);

/*
 * Calls take(address, path, arg) for each file that is mapped from its first byte on, as programs and libraries are.
 * Stops at the first true, and returns if there was one. Refuses (CANNOT_RUN) if the mappings cannot be read.
 */
bool find_mapped_file(
    const struct process *process, bool (*take)(uintptr_t address, const char *path, void *arg), void *arg);

/* The reason why the library is not in it, as a sentence. */
const char *why_not_loaded(const struct process *process);

#endif
