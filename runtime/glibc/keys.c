/* The destructors of pthread keys: libc runs them at the end of its own threads only. */
#include "layout.h"
#include "runtime/sys/fiber.h"
#include "runtime/sys/user_memory.h"
#include "tables.h"
#include <limits.h>
#include <stdlib.h>

/* Part of a round: these values of a page, the first of which is for this key. Returns how many destructors it called.
 */
static int destroy_values(struct value *values, size_t first, size_t count)
{
	int called = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		void *data = values[i].data;
		const struct key *key = &__pthread_keys[first + i];

		if (!data || fiber_has_key(first + i))
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

static size_t count_pages(void)
{
	return _thread_db_pthread_specific[BITS] / (8 * sizeof(void *));
}

static size_t keys_per_page(void)
{
	return _thread_db___pthread_keys[ELEMENTS] / count_pages();
}

/* One round, or its rest: over the keys from this one of this page on. Returns how many destructors it has called. */
static int run_round(struct value **page, size_t first_page, size_t skipped)
{
	size_t pages = count_pages(), per_page = keys_per_page(), i;
	int called = 0;

	for (i = first_page; i < pages; i++) {
		if (page[i])
			called += destroy_values(page[i] + skipped, i * per_page + skipped, per_page - skipped);
		skipped = 0;
	}
	return called;
}

static struct value **pages_of(char *descriptor)
{
	return (struct value **)(descriptor + glibc.specific);
}

void glibc_run_key_destructors(char *descriptor)
{
	struct value **page = pages_of(descriptor);
	size_t pages = count_pages(), i;
	int round;

	for (round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		if (!run_round(page, 0, 0))
			break;
	}
	for (i = 1; i < pages; i++) {
		if (!page[i])
			continue;
		free(page[i]);
		page[i] = NULL;
	}
}

void glibc_finish_key_destructors(char *descriptor, unsigned key)
{
	struct value **page = pages_of(descriptor);
	int round;

	run_round(page, (key + 1) / keys_per_page(), (key + 1) % keys_per_page());
	for (round = 1; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		if (!run_round(page, 0, 0))
			break;
	}
}

static void destroys_nothing(void *unused)
{
	(void)unused;
}

static bool has_value(char *descriptor, pthread_key_t key, const void *value)
{
	const struct value *page = pages_of(descriptor)[key / keys_per_page()];
	const struct value *its;

	if (!page || !is_readable(page))
		return false;
	its = &page[key % keys_per_page()];
	return its->data == value && its->sequence == __pthread_keys[key].sequence &&
	       __pthread_keys[key].destroy == destroys_nothing;
}

/* Where the program has taken all keys, one cannot be tried. */
bool glibc_keys_are_known(char *descriptor)
{
	pthread_key_t key;
	bool holds;

	if (!count_pages() || !keys_per_page())
		return false;
	if (glibc.make_key(&key, destroys_nothing) != 0)
		return true;
	holds = glibc.set_value(key, &key) != 0 || has_value(descriptor, key, &key);
	glibc.set_value(key, NULL);
	glibc.delete_key(key);
	return holds;
}
