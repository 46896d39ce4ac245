/* Code that must not be left in the middle: ours, libc's, the allocator's, the dynamic linker's. */
#ifndef CLOSED_CODE_H
#define CLOSED_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* Learns where it is. The allocator is an address in the code of malloc; NULL: libc has it. */
void closed_code_learn(void *allocator);

/* Async-signal-safe. */
bool is_in_closed_code(uintptr_t pc);

#endif
