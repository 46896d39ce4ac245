/* The elements of a queue, in one of three orders. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum order { FIRST_IN_FIRST_OUT, LAST_IN_FIRST_OUT, LEAST_FIRST };

/*
 * A ring buffer, or for LEAST_FIRST a binary heap whose slots begin with a sequence number, which keeps equal elements
 * in order.
 */
struct store {
	char *slots;
	size_t size, slot_size, room, count, first;
	uint64_t number;
	int (*compare)(const void *a, const void *b);
	enum order order;
};

/* Makes room for this many elements. Returns 0 or ENOMEM. */
int store_reserve(struct store *store, size_t room);

/* Copies an element in. There must be room. */
void store_put(struct store *store, const void *element);

/* The next element to come out. There must be one. */
const void *store_next(const struct store *store);

/* Removes the next element, after it was copied. */
void store_drop_next(struct store *store);

#endif
