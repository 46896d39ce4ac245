#include "store.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *slot(const struct store *store, size_t i)
{
	return store->slots + i * store->slot_size;
}

/* The slot of the ring buffer with this index, counted from its first element. */
static char *place_of(const struct store *store, size_t i)
{
	size_t place = store->first + i;

	return slot(store, place < store->room ? place : place - store->room);
}

int store_reserve(struct store *store, size_t room)
{
	size_t head = store->room - store->first;
	char *slots;

	if (room <= store->room)
		return 0;
	if (room > SIZE_MAX / 2 / store->slot_size)
		return ENOMEM;
	slots = malloc(room * store->slot_size);
	if (!slots)
		return ENOMEM;
	if (head > store->count)
		head = store->count;
	if (store->count) {
		memcpy(slots, slot(store, store->first), head * store->slot_size);
		memcpy(slots + head * store->slot_size, store->slots, (store->count - head) * store->slot_size);
	}
	free(store->slots);
	store->slots = slots;
	store->room = room;
	store->first = 0;
	return 0;
}

static uint64_t number_at(const char *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

static bool comes_before(const struct store *store, const char *a, const char *b)
{
	int order = store->compare(a + sizeof(uint64_t), b + sizeof(uint64_t));

	return order ? order < 0 : number_at(a) < number_at(b);
}

static void swap(struct store *store, size_t i, size_t j)
{
	char *a = slot(store, i), *b = slot(store, j), byte;
	size_t k;

	for (k = 0; k < store->slot_size; k++) {
		byte = a[k];
		a[k] = b[k];
		b[k] = byte;
	}
}

static void sift_up(struct store *store, size_t i)
{
	while (i && comes_before(store, slot(store, i), slot(store, (i - 1) / 2))) {
		swap(store, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void sift_down(struct store *store, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < store->count && comes_before(store, slot(store, child + 1), slot(store, child)))
			child++;
		if (child >= store->count || !comes_before(store, slot(store, child), slot(store, i)))
			return;
		swap(store, i, child);
		i = child;
	}
}

void store_put(struct store *store, const void *element)
{
	char *at = place_of(store, store->count++);

	if (store->order != LEAST_FIRST) {
		memcpy(at, element, store->size);
		return;
	}
	memcpy(at, &store->number, sizeof(store->number));
	memcpy(at + sizeof(store->number), element, store->size);
	store->number++;
	sift_up(store, store->count - 1);
}

const void *store_next(const struct store *store)
{
	if (store->order == LEAST_FIRST)
		return store->slots + sizeof(store->number);
	return place_of(store, store->order == LAST_IN_FIRST_OUT ? store->count - 1 : 0);
}

void store_drop_next(struct store *store)
{
	store->count--;
	if (store->order == FIRST_IN_FIRST_OUT) {
		store->first = store->first + 1 < store->room ? store->first + 1 : 0;
	} else if (store->order == LEAST_FIRST && store->count) {
		memcpy(slot(store, 0), slot(store, store->count), store->slot_size);
		sift_down(store, 0);
	}
}
