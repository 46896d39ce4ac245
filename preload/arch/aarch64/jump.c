/*
 * AArch64: a branch by a distance of up to 128 MiB, or, for a larger one, to the address stored behind it through x16,
 * which a callee may use. `bti c` always goes first: the replaced instruction may be paciasp, which is a landing pad,
 * too, but signs the return address and must not run.
 */
#include "preload/patch/jump.h"
#include <stdint.h>
#include <string.h>

enum {
	BTI_C = 0xd503245f,
	LOAD_X16 = 0x58000050, /* ldr x16, .+8 */
	BRANCH_X16 = 0xd61f0200,
	BRANCH = 0x14000000,
	BREAKPOINT = 0xd4200000, /* whatever its number */
	BREAKPOINT_MASK = 0xffe0001f,
	REACH = 1 << 27,
};

static size_t append(unsigned char *code, size_t size, uint32_t instruction)
{
	memcpy(code + size, &instruction, sizeof(instruction));
	return size + sizeof(instruction);
}

static size_t append_branch(unsigned char *code, size_t size, const void *entry, const void *to)
{
	intptr_t distance = (intptr_t)to - ((intptr_t)entry + (intptr_t)size);

	if (distance >= -REACH && distance < REACH)
		return append(code, size, BRANCH | ((uint32_t)(distance >> 2) & 0x3ffffff));
	size = append(code, size, LOAD_X16);
	size = append(code, size, BRANCH_X16);
	memcpy(code + size, &to, sizeof(to));
	return size + sizeof(to);
}

size_t make_jump(const void *entry, const void *to, unsigned char *code)
{
	size_t size = append_branch(code, append(code, 0, BTI_C), entry, to), i;
	uint32_t there;

	for (i = 0; i < size; i += sizeof(there)) {
		memcpy(&there, (const char *)entry + i, sizeof(there));
		if ((there & BREAKPOINT_MASK) == BREAKPOINT)
			return 0;
	}
	return size;
}

void flush_code(char *at, size_t size)
{
	__builtin___clear_cache(at, at + size);
}
