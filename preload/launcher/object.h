/* A program or a library, as its ELF file describes it. The file may contain anything: nothing in it is trusted. */
#ifndef PRELOAD_LAUNCHER_OBJECT_H
#define PRELOAD_LAUNCHER_OBJECT_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>

struct object {
	const char *name; /* as it is requested; for the program, what to call it */
	char *path;
	const unsigned char *bytes; /* the file; NULL: it has not been read */
	size_t size;
	const ElfW(Shdr) * sections;
	size_t section_count;
	const struct object *loader; /* the object that requested it; NULL: the program */
	struct object *next;
};

/* Reads a regular file into memory that is not freed, with a NUL behind it. NULL if it cannot be read. */
char *read_file(const char *path, size_t *size);

/* Reads a file of this machine into memory that is not freed. False if it is not such a file, or cannot be read. */
bool read_object(struct object *object, const char *path);

/* True if there is a section of this name. */
bool has_section(const struct object *object, const char *name);

/* The i-th value of this tag in the dynamic section as text; NULL: no more. */
const char *dynamic_text(const struct object *object, ElfW(Sxword) tag, size_t i);

/* True if it has a program header of this type. */
bool has_segment(const struct object *object, ElfW(Word) type);

/* Calls take(name, is_defined, arg) for each function that it exports or imports. */
void for_each_function(
    const struct object *object, void (*take)(const char *name, bool is_defined, void *arg), void *arg);

#endif
