/*
 * Looking a function up in one loaded object, whatever others define under its name. dlsym() is no way: it cannot be
 * told to look into one object only without opening it, and others may define it, too.
 */
#ifndef RUNTIME_SYS_IMAGE_H
#define RUNTIME_SYS_IMAGE_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct image {
	uintptr_t away; /* from the addresses in the file to those in memory */
	const ElfW(Sym) * symbols;
	const char *names;
	const uint32_t *hash, *gnu_hash; /* NULL: it has no such table */
};

/* Reads where the tables of a loaded object are, which are valid for as long as it stays loaded. */
void image_read(struct image *image, uintptr_t away, const ElfW(Phdr) * header, int headers);

/* The address of what the object defines under this name; NULL: nothing. Versions are not looked at. */
void *image_find(const struct image *image, const char *name);

/* True if the two names are equal. Calls nothing: strcmp() is a function that others define, and not always ready. */
bool image_is_name(const char *one, const char *other);

#endif
