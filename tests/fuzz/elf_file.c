/* The launcher's reading of ELF files, of which nothing may be believed. */
#include "fuzz.h"
#include "preload/launcher/elf.h"
#include "preload/launcher/object.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t characters;

/* Each name lies in the file, and ends there. */
static void read_name(const char *name, bool is_defined, void *object)
{
	const struct object *o = object;

	(void)is_defined;
	must(*name == '\0' ||
	     ((const unsigned char *)name >= o->bytes && (const unsigned char *)name < o->bytes + o->size));
	characters += strlen(name);
}

static void read_all_of(struct object *object)
{
	const char *text;

	has_section(object, ".note.go.buildid");
	has_segment(object, PT_INTERP);
	for (size_t i = 0; (text = dynamic_text(object, DT_NEEDED, i)); i++)
		characters += strlen(text);
	for_each_function(object, read_name, object);
	free((void *)object->bytes);
	free(object->path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct object object = {.name = "fuzzed"};
	struct elf_summary summary;
	char path[32];

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	is_elf((const char *)bytes, size);
	if (!read_elf(fd, &summary))
		must(memchr(summary.loader, '\0', sizeof(summary.loader)));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (read_object(&object, path))
		read_all_of(&object);
	close(fd);
	return 0;
}
