/* Code that must not be left in the middle: ours, libc's, the allocator's, the dynamic linker's. */
#ifndef RUNTIME_SCHED_NOPREEMPT_H
#define RUNTIME_SCHED_NOPREEMPT_H

#include <stdbool.h>
#include <stdint.h>

/* Learns where it is. The allocator is an address in the code of malloc; NULL: libc has it. */
void nopreempt_learn(void *allocator);

/* Async-signal-safe. */
bool is_in_nopreempt_code(uintptr_t pc);

/* Adds code, from one address to before another: that of a libc in another namespace. The first 32 ranges count. */
void nopreempt_add(uintptr_t from, uintptr_t to);

#endif
