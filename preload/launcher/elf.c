#include "elf.h"
#include <elf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

/* The longest table of program headers that the kernel reads. */
#define LARGEST_TABLE 65536

static const char damaged[] = "is a damaged ELF file";

bool is_elf(const char *head, size_t length)
{
	return length >= SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0;
}

/* True if all count bytes could be read. An offset that no file can have is negative here, and pread refuses it. */
static bool read_at(int fd, void *buf, size_t count, ElfW(Off) offset)
{
	ssize_t n = pread(fd, buf, count, (off_t)offset);

	return n >= 0 && (size_t)n == count;
}

static bool is_native(const unsigned char *ident)
{
	const uint16_t one = 1;
	unsigned char order = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;

	return ident[EI_CLASS] == (sizeof(ElfW(Addr)) == 8 ? ELFCLASS64 : ELFCLASS32) && ident[EI_DATA] == order;
}

/* The path in PT_INTERP: as the kernel requires, at least one character and a NUL at the end. */
static bool read_loader(int fd, const ElfW(Phdr) * header, char loader[PATH_MAX])
{
	size_t size = header->p_filesz;

	return size >= 2 && size <= PATH_MAX && read_at(fd, loader, size, header->p_offset) && loader[size - 1] == '\0';
}

static const char *read_program_headers(int fd, const ElfW(Ehdr) * elf, struct elf_summary *summary)
{
	ElfW(Phdr) header;

	if (elf->e_phentsize != sizeof header || !elf->e_phnum || elf->e_phnum > LARGEST_TABLE / sizeof header)
		return damaged;
	for (size_t i = 0; i < elf->e_phnum; i++) {
		if (!read_at(fd, &header, sizeof header, elf->e_phoff + i * sizeof header))
			return damaged;
		if (header.p_type == PT_DYNAMIC)
			summary->dynamic = true;
		if (header.p_type == PT_INTERP && !*summary->loader && !read_loader(fd, &header, summary->loader))
			return damaged;
	}
	return NULL;
}

const char *read_elf(int fd, struct elf_summary *summary)
{
	ElfW(Ehdr) elf;

	*summary = (struct elf_summary){0};
	if (!read_at(fd, &elf, EI_NIDENT, 0))
		return damaged;
	summary->class = elf.e_ident[EI_CLASS];
	summary->data = elf.e_ident[EI_DATA];
	if (summary->class - 1u > 1 || summary->data - 1u > 1)
		return damaged;
	if (!is_native(elf.e_ident))
		return NULL;
	if (!read_at(fd, &elf, sizeof elf, 0))
		return damaged;
	summary->machine = elf.e_machine;
	if (elf.e_type != ET_EXEC && elf.e_type != ET_DYN)
		return "is an ELF file, but not a program";
	summary->position_free = elf.e_type == ET_DYN;
	return read_program_headers(fd, &elf, summary);
}
