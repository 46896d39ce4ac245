/* The machine's own part of patching: what the entry of a function is overwritten with. */
#ifndef PRELOAD_PATCH_JUMP_H
#define PRELOAD_PATCH_JUMP_H

#include <stdbool.h>
#include <stddef.h>

enum { LONGEST_JUMP = 24 };

/*
 * What to write at the entry of a function so that a call of it arrives at another, with the stack and the argument
 * registers as they are. A landing pad for indirect branches stays one. Leaves in code what is to stand there and
 * returns how many bytes: at most LONGEST_JUMP, or 0 where this is not to be done: on a machine that we do not know,
 * over a debugger's breakpoint.
 */
size_t make_jump(const void *entry, const void *to, unsigned char *code);

/* Instructions at an address have been changed by way of the same or another one. */
void flush_code(char *at, size_t size);

#endif
