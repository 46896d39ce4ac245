/* The machine-dependent part of patching: the code with which the entry of a function is overwritten. */
#ifndef PRELOAD_PATCH_JUMP_H
#define PRELOAD_PATCH_JUMP_H

#include <stdbool.h>
#include <stddef.h>

enum { LONGEST_JUMP = 24 };

/*
 * Makes the code to write at the entry of a function so that a call of it arrives at another, with the stack and the
 * argument registers unchanged. A landing pad for indirect branches is preserved. Stores the code in `code` and returns
 * its size: at most LONGEST_JUMP, or 0 if this must not be done: on an unknown machine, or over a debugger's
 * breakpoint.
 */
size_t make_jump(const void *entry, const void *to, unsigned char *code);

/* Called after instructions at an address have been changed, through the same or another address. */
void flush_code(char *at, size_t size);

#endif
