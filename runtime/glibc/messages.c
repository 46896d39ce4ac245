/*
 * What libc keeps for a thread of the strings that strerror(), strsignal() and dlerror() have answered, and gives back
 * when a thread of its own ends. malloc of the program has the memory.
 *
 * Where the first two lie is found out once, by asking for such strings as the first greenlet ends: it is the answer's
 * address. No living thread is asked, because the answer takes the place of one that the program may still read.
 */
#include "arch.h"
#include "layout.h"
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Offsets from the thread pointer of the words that hold a string; 0: not known. */
static _Atomic ptrdiff_t kept_by_strerror, kept_by_strsignal;
static atomic_bool has_looked;

/* The one word with this value, in the descriptor or in libc's variables. */
static ptrdiff_t find_word(const char *value)
{
	const char *tp = thread_pointer();
	const ptrdiff_t ranges[][2] = {
	    {glibc.libc_low, glibc.libc_high},
	    {-glibc.descriptor_below, (ptrdiff_t)glibc.descriptor_size - glibc.descriptor_below},
	};
	ptrdiff_t at, found = 0;

	if (!value)
		return 0;
	for (int i = 0; i < 2; i++) {
		for (at = ranges[i][0]; at + (ptrdiff_t)sizeof(void *) <= ranges[i][1];
		     at += (ptrdiff_t)sizeof(void *)) {
			if (*(const char *const *)(tp + at) != value)
				continue;
			if (found)
				return 0;
			found = at;
		}
	}
	return found;
}

/* In the C locale, in which libc looks for no translation. */
static void look(void)
{
	locale_t c_locale = glibc.make_locale(LC_ALL_MASK, "C", NULL), before = glibc.use_locale(c_locale);

	atomic_store(&kept_by_strerror, find_word(glibc.error_string(INT_MAX, c_locale)));
	atomic_store(&kept_by_strsignal, find_word(glibc.signal_string(INT_MAX)));
	glibc.use_locale(before);
}

static bool can_look(void)
{
	return glibc.make_locale && glibc.use_locale && glibc.error_string && glibc.signal_string;
}

/* dlerror() answers once, and gives back what it has answered when it is called again. */
void glibc_leave_dlerror(void)
{
	int before = errno;

	if (glibc.last_dl_error && glibc.last_dl_error())
		glibc.last_dl_error();
	if (!atomic_load_explicit(&has_looked, memory_order_relaxed) && can_look()) {
		atomic_store(&has_looked, true);
		look();
	}
	errno = before;
}

static void leave_string(ptrdiff_t at)
{
	void **word = (void **)((char *)thread_pointer() + at);

	if (!at || !*word)
		return;
	free(*word);
	*word = NULL;
}

void glibc_leave_strings(void)
{
	leave_string(atomic_load_explicit(&kept_by_strerror, memory_order_relaxed));
	leave_string(atomic_load_explicit(&kept_by_strsignal, memory_order_relaxed));
}
