/* The modules that have thread-local variables. */
#include "arch.h"
#include "layout.h"
#include "runtime/sys/user_memory.h"
#include "tables.h"
#include <stdlib.h>

static const struct slots *module_list(void)
{
	return *(struct slots **)(_rtld_global + _thread_db_rtld_global__dl_tls_dtv_slotinfo_list[OFFSET]);
}

enum { MOST_MODULES = 1 << 20 };

bool glibc_modules_are_known(void)
{
	const struct slots *list = module_list();
	ptrdiff_t offset;

	return list && is_readable(list) && list->length > 0 && list->length < MOST_MODULES &&
	       (!list->next || is_readable(list->next)) && glibc.libc_module < MOST_MODULES &&
	       glibc_static_module(glibc.libc_module, 0, &offset) && offset == glibc.libc_low;
}

bool glibc_vector_is_known(void)
{
	const union vector_entry *vector = *thread_vector(thread_pointer());

	return vector && is_readable(vector - 1) && vector[-1].count >= glibc.libc_module &&
	       vector[-1].count < MOST_MODULES &&
	       vector[glibc.libc_module].block == (char *)glibc.host + glibc.libc_low;
}

uintptr_t tls_modules(void)
{
	const struct slots *list;
	uintptr_t sum = 0;
	size_t i;

	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length && (list->slot[i].map || list->slot[i].generation || i == 0); i++)
			sum = sum * 31 + list->slot[i].generation + (uintptr_t)list->slot[i].map;
		if (i < list->length)
			break;
	}
	return sum;
}

size_t glibc_newest_module(void)
{
	const struct slots *list;
	size_t newest = 0, i;

	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length; i++) {
			if (list->slot[i].generation > newest)
				newest = list->slot[i].generation;
		}
	}
	return newest;
}

static const struct slot *slot_of(size_t module)
{
	const struct slots *list;

	for (list = module_list(); list && module >= list->length; list = list->next)
		module -= list->length;
	return list ? &list->slot[module] : NULL;
}

/* Modules without a place in the static block have 0 or a number near the highest. */
bool glibc_static_module(size_t module, size_t since, ptrdiff_t *offset)
{
	const struct slot *slot = slot_of(module);
	size_t place;

	if (!slot || !slot->map || slot->generation <= since)
		return false;
	place = *(const size_t *)(slot->map + _thread_db_link_map_l_tls_offset[OFFSET]);
	*offset = TLS_BELOW_THREAD_POINTER ? -(ptrdiff_t)place : (ptrdiff_t)place;
	return place > 0 && place <= (TLS_BELOW_THREAD_POINTER ? glibc.below : glibc.above);
}

void glibc_each_static_module(size_t since, void (*f)(const void *map, ptrdiff_t offset, void *arg), void *arg)
{
	const struct slots *list;
	size_t first = 0, i;
	ptrdiff_t offset;

	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length; i++) {
			if (glibc_static_module(first + i, since, &offset))
				f(list->slot[i].map, offset, arg);
		}
		first += list->length;
	}
}

/* On machines where the variables lie above the thread pointer, the tables do not tell how far they reach. */
size_t glibc_image_end(void)
{
	return TLS_BELOW_THREAD_POINTER ? glibc.descriptor_size : (size_t)glibc.resolver;
}

size_t glibc_tls_used(void)
{
	const struct slots *list;
	size_t used = 0, i;

	if (!TLS_BELOW_THREAD_POINTER)
		return 0;
	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length; i++) {
			const char *map = list->slot[i].map;
			size_t offset = map ? *(const size_t *)(map + _thread_db_link_map_l_tls_offset[OFFSET]) : 0;

			/* Modules without a place in the static block have 0 or a number near the highest. */
			if (offset > used && offset <= glibc.below)
				used = offset;
		}
	}
	return used;
}

static size_t highest_module(void)
{
	const struct slots *list;
	size_t first = 0, highest = 0, i;

	for (list = module_list(); list; list = list->next) {
		for (i = 0; i < list->length; i++) {
			if (list->slot[i].map)
				highest = first + i;
		}
		first += list->length;
	}
	return highest;
}

void *glibc_trim_vector(void *vector)
{
	union vector_entry *entry = vector, *trimmed;
	size_t needed = highest_module();

	if (entry[-1].count <= needed)
		return vector;
	trimmed = realloc(entry - 1, (needed + 2) * sizeof(*entry));
	if (!trimmed)
		return vector;
	trimmed->count = needed;
	return trimmed + 1;
}

bool glibc_vector_owns(const void *vector)
{
	const union vector_entry *entry = vector;
	size_t count = entry[-1].count, i;

	for (i = 1; i <= count; i++) {
		if (entry[i].to_free)
			return true;
	}
	return false;
}
