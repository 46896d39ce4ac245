/*
 * Changing code that is mapped, without ever having a page that is both writable and executable, or code that cannot
 * be executed: a page is copied, changed, made executable and then moved over the old one, by a single system call. The
 * kernel may refuse (SELinux's execmem, PR_SET_MDWE, a sealed mapping), and then nothing has changed.
 */
#ifndef PRELOAD_PATCH_CODE_PAGES_H
#define PRELOAD_PATCH_CODE_PAGES_H

#include "jump.h"

/* Some bytes of code to be overwritten; within a page, or else the edit is not done. */
struct edit {
	char *at;
	unsigned char bytes[LONGEST_JUMP];
	size_t size;
	bool done;
};

/*
 * Does as many of the edits as it can, in their order from the first on; those of one page all at once. Returns 0, or
 * the errno value of what went wrong.
 */
int edit_code(struct edit *edits, size_t count);

#endif
