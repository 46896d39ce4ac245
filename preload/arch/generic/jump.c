/* An unsupported machine: libc is not patched. */
#include "preload/patch/jump.h"

size_t make_jump(const void *entry, const void *to, unsigned char *code)
{
	(void)entry;
	(void)to;
	(void)code;
	return 0;
}

void flush_code(char *at, size_t size)
{
	(void)at;
	(void)size;
}
