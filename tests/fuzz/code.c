/* The scanner of machine code, by which raw system calls and code that waits by itself are found. */
#include "fuzz.h"
#include "preload/patch/syscall_scan.h"
#include <string.h>

static void count(long number, void *calls)
{
	(void)number;
	++*(size_t *)calls;
}

/* In memory of their own, so that a byte before or after is seen to be read. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t *code = malloc(size ? size : 1);
	size_t calls = 0;

	must(code);
	memcpy(code, bytes, size);
	for_each_syscall(code, size, count, &calls);
	must(calls <= size);
	free(code);
	return 0;
}
