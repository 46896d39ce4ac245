/* An array of pointers, indexed by descriptor: pages appear as they are used, so that descriptor 1 000 000 costs one.
 */
#ifndef RUNTIME_SYS_SPARSE_H
#define RUNTIME_SYS_SPARSE_H

#include "memory.h"

#include <stdlib.h>
#include <string.h>

#define SPARSE_PAGE 512u

struct sparse {
	void ***pages;
	size_t count;
};

/* The element's place, or NULL when it has none. */
static inline void **sparse_find(const struct sparse *array, size_t index)
{
	size_t page = index / SPARSE_PAGE;

	return page < array->count && array->pages[page] ? &array->pages[page][index % SPARSE_PAGE] : NULL;
}

/* The element's place, made if need be, NULL at first. Returns NULL where there is no memory. */
static inline void **sparse_make(struct sparse *array, size_t index)
{
	size_t page = index / SPARSE_PAGE;

	if (page >= array->count) {
		size_t count = (page + 16) & ~(size_t)15;
		void ***pages = memory_resize(array->pages, count * sizeof(*pages));

		if (!pages)
			return NULL;
		memset(pages + array->count, 0, (count - array->count) * sizeof(*pages));
		array->pages = pages;
		array->count = count;
	}
	if (!array->pages[page])
		array->pages[page] = memory_zalloc(SPARSE_PAGE * sizeof(void *));
	return array->pages[page] ? &array->pages[page][index % SPARSE_PAGE] : NULL;
}

/* Calls f on each element that is not NULL. */
static inline void sparse_each(const struct sparse *array, void (*f)(void *element, void *arg), void *arg)
{
	size_t page, i;

	for (page = 0; page < array->count; page++) {
		for (i = 0; array->pages[page] && i < SPARSE_PAGE; i++) {
			if (array->pages[page][i])
				f(array->pages[page][i], arg);
		}
	}
}

#endif
