/*
 * x86-64: a jump by a 32-bit distance, or, for a larger one, to the address stored behind it. No register is changed.
 */
#include "preload/patch/jump.h"
#include <stdint.h>
#include <string.h>

static const unsigned char landing_pad[] = {0xf3, 0x0f, 0x1e, 0xfa}; /* endbr64 */

#define BREAKPOINT 0xcc

static size_t jump_near(unsigned char *code, int32_t distance)
{
	code[0] = 0xe9; /* jmp distance */
	memcpy(code + 1, &distance, sizeof(distance));
	return 5;
}

static size_t jump_far(unsigned char *code, const void *to)
{
	static const unsigned char by_pointer[] = {0xff, 0x25, 0, 0, 0, 0}; /* jmp *0(%rip) */

	memcpy(code, by_pointer, sizeof(by_pointer));
	memcpy(code + sizeof(by_pointer), &to, sizeof(to));
	return sizeof(by_pointer) + sizeof(to);
}

size_t make_jump(const void *entry, const void *to, unsigned char *code)
{
	size_t kept = memcmp(entry, landing_pad, sizeof(landing_pad)) == 0 ? sizeof(landing_pad) : 0, size;
	intptr_t distance = (intptr_t)to - ((intptr_t)entry + (intptr_t)kept + 5);

	memcpy(code, entry, kept);
	if (distance == (int32_t)distance)
		size = kept + jump_near(code + kept, (int32_t)distance);
	else
		size = kept + jump_far(code + kept, to);
	return memchr(entry, BREAKPOINT, size) ? 0 : size;
}

/* The processor keeps its instruction cache coherent. */
void flush_code(char *at, size_t size)
{
	(void)at;
	(void)size;
}
