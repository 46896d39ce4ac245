/* The arguments of futex(2). */
#ifndef PRELOAD_SYNC_FUTEX_H
#define PRELOAD_SYNC_FUTEX_H

#include <linux/futex.h>
#include <stdint.h>

struct futex {
	uint32_t *word;
	int op;
	uint32_t value;
	long limit; /* a struct timespec *, or a second number */
	uint32_t *other;
	uint32_t value3;
};

#endif
