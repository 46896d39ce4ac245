/*
 * The data that another process can read of this one: `greenload --check` does. The library exports one object,
 * greenload_description, which names variables of the process and fields of its structures, with their addresses,
 * offsets and sizes. So a reader needs no other header of ours, and the two may be of different releases.
 *
 * The version identifies the layout below. It does not change if entries are added, or if the header or the entries get
 * longer: a reader skips names that it does not know, and bytes after those that it does. An entry keeps its meaning;
 * another meaning gets another name. A reader treats a missing entry as unknown.
 */
#ifndef PRELOAD_CORE_DESCRIPTION_H
#define PRELOAD_CORE_DESCRIPTION_H

#include <stdint.h>

#define DESCRIPTION_SYMBOL  "greenload_description"
#define DESCRIPTION_MAGIC   "greenload state"
#define DESCRIPTION_VERSION 1

enum description_kind {
	DESCRIBED_VARIABLE = 1, /* value: its address */
	DESCRIBED_FIELD = 2,    /* of a structure, named "structure.field"; value: its offset */
};

struct description_entry {
	char name[32];
	uint32_t kind; /* enum description_kind */
	uint32_t size; /* of the variable or the field, in bytes */
	uintptr_t value;
};

struct description {
	char magic[16];
	uint32_t version;
	uint32_t size; /* of this header */
	uint32_t entry_size, entry_count;
	uintptr_t entries; /* the address of the first */
	char release[16];  /* of the library */
};

extern const struct description greenload_description;

#endif
