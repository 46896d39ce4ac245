/* The properties of an ELF file that say how it is run. */
#ifndef PRELOAD_LAUNCHER_ELF_H
#define PRELOAD_LAUNCHER_ELF_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_summary {
	unsigned char class;   /* ELFCLASS32, ELFCLASS64 */
	unsigned char data;    /* byte order: ELFDATA2LSB, ELFDATA2MSB */
	uint16_t machine;      /* EM_X86_64 and the like; 0, unknown, if class and data are not this machine's */
	bool position_free;    /* ET_DYN: a PIE, a static PIE, a library */
	bool dynamic;          /* has a dynamic section */
	char loader[PATH_MAX]; /* PT_INTERP, "" if there is none */
};

/* True if these are the first bytes of an ELF file. */
bool is_elf(const char *head, size_t length);

/*
 * Reads the headers of an ELF file open at fd. Returns NULL, or the fault that the kernel or ld.so would find in the
 * file (it is cut short, its headers contradict each other, it is not a program). Trusts nothing that it reads.
 */
const char *read_elf(int fd, struct elf_summary *summary);

#endif
