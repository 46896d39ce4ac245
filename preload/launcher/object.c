#include "object.h"
#include "refuse.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of this machine has the same kind of header as the launcher's own file. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* size bytes at this offset of the file, aligned for words; NULL if there are not so many. */
static const void *bytes_at(const struct object *object, ElfW(Off) offset, size_t size)
{
	if (offset > object->size || size > object->size - offset || offset % sizeof(ElfW(Addr)))
		return NULL;
	return object->bytes + offset;
}

static bool is_of_this_machine(const struct object *object)
{
	const ElfW(Ehdr) *header = bytes_at(object, 0, sizeof(*header));

	return header && memcmp(header->e_ident, __ehdr_start.e_ident, EI_VERSION) == 0 &&
	       header->e_machine == __ehdr_start.e_machine && header->e_shentsize == sizeof(ElfW(Shdr));
}

char *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *bytes = NULL;
	struct stat st;
	ssize_t n;

	*size = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		bytes = malloc((size_t)st.st_size + 1);
	while (bytes && *size < (size_t)st.st_size &&
	       (n = pread(fd, bytes + *size, (size_t)st.st_size - *size, (off_t)*size)) > 0)
		*size += (size_t)n;
	close(fd);
	if (bytes)
		bytes[*size] = '\0';
	return bytes;
}

bool read_object(struct object *object, const char *path)
{
	const ElfW(Ehdr) * header;

	object->bytes = (unsigned char *)read_file(path, &object->size);
	if (!object->bytes)
		return false;
	if (!is_of_this_machine(object)) {
		free((void *)object->bytes);
		object->bytes = NULL;
		return false;
	}
	header = (const void *)object->bytes;
	object->section_count = header->e_shnum;
	object->sections = bytes_at(object, header->e_shoff, header->e_shnum * sizeof(ElfW(Shdr)));
	if (!object->sections)
		object->section_count = 0;
	object->path = formatted("%s", path);
	return true;
}

/* The text at this offset of a section of strings; "" if there is none that ends. */
static const char *text_at(const struct object *object, size_t section, size_t offset)
{
	const ElfW(Shdr) * s;
	const char *text;

	if (section >= object->section_count)
		return "";
	s = &object->sections[section];
	if (s->sh_offset > object->size || s->sh_size > object->size - s->sh_offset || offset >= s->sh_size)
		return "";
	text = (const char *)object->bytes + s->sh_offset + offset;
	return memchr(text, '\0', s->sh_size - offset) ? text : "";
}

static const ElfW(Shdr) * find_section(const struct object *object, ElfW(Word) type)
{
	for (size_t i = 0; i < object->section_count; i++) {
		if (object->sections[i].sh_type == type)
			return &object->sections[i];
	}
	return NULL;
}

bool has_section(const struct object *object, const char *name)
{
	const ElfW(Ehdr) *header = (const void *)object->bytes;

	for (size_t i = 0; i < object->section_count; i++) {
		if (strcmp(text_at(object, header->e_shstrndx, object->sections[i].sh_name), name) == 0)
			return true;
	}
	return false;
}

/* The contents of a section, as a table of *count entries of this size. */
static const void *table_in(const struct object *object, const ElfW(Shdr) * section, size_t size, size_t *count)
{
	const void *table = section ? bytes_at(object, section->sh_offset, section->sh_size) : NULL;

	*count = table ? section->sh_size / size : 0;
	return table;
}

const char *dynamic_text(const struct object *object, ElfW(Sxword) tag, size_t i)
{
	const ElfW(Shdr) *section = find_section(object, SHT_DYNAMIC);
	size_t count;
	const ElfW(Dyn) *entries = table_in(object, section, sizeof(*entries), &count);

	for (size_t n = 0; n < count && entries[n].d_tag != DT_NULL; n++) {
		if (entries[n].d_tag == tag && i-- == 0)
			return text_at(object, section->sh_link, entries[n].d_un.d_val);
	}
	return NULL;
}

bool has_segment(const struct object *object, ElfW(Word) type)
{
	const ElfW(Ehdr) *header = (const void *)object->bytes;
	const ElfW(Phdr) *segments = bytes_at(object, header->e_phoff, header->e_phnum * sizeof(*segments));

	for (size_t i = 0; segments && i < header->e_phnum; i++) {
		if (segments[i].p_type == type)
			return true;
	}
	return false;
}

static bool is_function(const ElfW(Sym) * symbol)
{
	unsigned char type = ELF64_ST_TYPE(symbol->st_info);

	if (symbol->st_shndx == SHN_UNDEF)
		return type == STT_FUNC || type == STT_NOTYPE || type == STT_GNU_IFUNC;
	return (type == STT_FUNC || type == STT_GNU_IFUNC) && ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
	       ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT;
}

void for_each_function(
    const struct object *object, void (*take)(const char *name, bool is_defined, void *arg), void *arg)
{
	const ElfW(Shdr) *section = find_section(object, SHT_DYNSYM);
	size_t count;
	const ElfW(Sym) *symbols = table_in(object, section, sizeof(*symbols), &count);

	for (size_t i = 1; i < count; i++) {
		if (is_function(&symbols[i]))
			take(text_at(object, section->sh_link, symbols[i].st_name), symbols[i].st_shndx != SHN_UNDEF,
			    arg);
	}
}
