/* The description that the library exports in a process, and the data that it points to: see description.h. */
#ifndef PRELOAD_LAUNCHER_DESCRIBED_H
#define PRELOAD_LAUNCHER_DESCRIBED_H

#include "preload/core/description.h"
#include "process.h"

struct described {
	const struct process *process;
	uintptr_t address; /* of the description; 0: no file in the process exports one */
	uint32_t version;  /* a version other than ours, or 0 if it is invalid: then nothing else is known */
	char release[sizeof(((struct description *)0)->release) + 1];
	uint32_t count;
	struct description_entry *entries; /* in memory of the reader; NULL: they are not there yet */
};

/*
 * Looks for the library, whatever its file is called. False: it is not there. The memory of the process must be
 * readable.
 */
bool find_description(const struct process *process, struct described *described);

/* The value of a variable of the process, zero-extended. False if it is not known. */
bool described_variable(const struct described *described, const char *name, uint64_t *value);

/* The same for a field, named "structure.field", of the structure at this address of the process. */
bool described_field(const struct described *described, const char *name, uintptr_t structure, uint64_t *value);

/* The string that a variable of the process points to. At most size - 1 bytes of it. */
bool described_text(const struct described *described, const char *name, char *text, size_t size);

#endif
