/* What libFuzzer calls, and what it takes for a fault. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define must(condition) ((condition) ? (void)0 : abort())

#endif
