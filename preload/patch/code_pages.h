/*
 * Changing code that is mapped, without ever having a page that is both writable and executable, or code that cannot be
 * executed. A page is copied, changed, made executable and then moved over the old one, by a single system call. The
 * kernel may refuse (SELinux's execmem, PR_SET_MDWE, a sealed mapping), and then nothing has changed.
 */
#ifndef PRELOAD_PATCH_CODE_PAGES_H
#define PRELOAD_PATCH_CODE_PAGES_H

#include "jump.h"

/* Some bytes of code to be overwritten. They must lie within one page, otherwise the edit is not done. */
struct edit {
	char *at;
	unsigned char bytes[LONGEST_JUMP];
	size_t size;
	bool done;
};

/*
 * Does as many of the edits as it can, in order, and all edits of a page at once. Returns 0, or the errno value of the
 * failure.
 */
int edit_code(struct edit *edits, size_t count);

#endif
