/* A program or a library, as its ELF file has it. The file may be anything: nothing in it is believed. */
#ifndef PRELOAD_LAUNCHER_OBJECT_H
#define PRELOAD_LAUNCHER_OBJECT_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>

struct object {
	const char *name; /* as it is asked for; of the program, what to call it */
	char *path;
	const unsigned char *bytes; /* the file; NULL: it has not been read */
	size_t size;
	const ElfW(Shdr) * sections;
	size_t section_count;
	const struct object *loader; /* the object that asked for it; NULL: the program */
	struct object *next;
};

/* Reads a regular file into memory that stays, with a NUL behind it. NULL where it cannot be read. */
char *read_file(const char *path, size_t *size);

/* Reads a file of this machine into memory that stays. False where it is none, or cannot be read. */
bool read_object(struct object *object, const char *path);

/* True where there is a section of this name. */
bool has_section(const struct object *object, const char *name);

/* The i-th value of this tag in the dynamic section as text; NULL: no more. */
const char *dynamic_text(const struct object *object, ElfW(Sxword) tag, size_t i);

/* True where it has a program header of this type. */
bool has_segment(const struct object *object, ElfW(Word) type);

/* Calls take(name, is_defined, arg) for each function that it shows to others or wants of them. */
void for_each_function(
    const struct object *object, void (*take)(const char *name, bool is_defined, void *arg), void *arg);

#endif
