/* The destructors of pthread keys: libc runs them at the end of its own threads only. */
#include "glibc.h"
#include "glibc_tables.h"
#include <limits.h>
#include <stdlib.h>

/* One round over a page of values. Returns how many destructors it has called. */
static int destroy_values(struct value *values, size_t first, size_t count)
{
	int called = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		void *data = values[i].data;
		const struct key *key = &__pthread_keys[first + i];

		if (!data)
			continue;
		values[i].data = NULL;
		/* A key that was deleted, or deleted and made again, has another sequence number. */
		if (values[i].sequence != key->sequence || !key->destroy)
			continue;
		key->destroy(data);
		called++;
	}
	return called;
}

void glibc_run_key_destructors(char *descriptor)
{
	struct value **page = (struct value **)(descriptor + glibc.specific);
	size_t pages = _thread_db_pthread_specific[BITS] / (8 * sizeof(void *));
	size_t per_page = _thread_db___pthread_keys[ELEMENTS] / pages;
	int round, called;
	size_t i;

	for (round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		called = destroy_values(page[0], 0, per_page);
		for (i = 1; i < pages; i++)
			called += page[i] ? destroy_values(page[i], i * per_page, per_page) : 0;
		if (!called)
			break;
	}
	for (i = 1; i < pages; i++) {
		if (!page[i])
			continue;
		free(page[i]);
		page[i] = NULL;
	}
}
