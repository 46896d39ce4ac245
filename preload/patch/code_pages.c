#include "code_pages.h"
#include "runtime/sys/sys.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static char *page_of(const struct edit *edit)
{
	return (char *)((uintptr_t)edit->at & ~(page_size() - 1));
}

static bool is_within_page(const struct edit *edit)
{
	return edit->at + edit->size <= page_of(edit) + page_size();
}

/* Makes the edits of this page in its copy. */
static void edit_copy(char *copy, const char *page, struct edit *edits, size_t count)
{
	size_t i;

	memcpy(copy, page, page_size());
	for (i = 0; i < count; i++) {
		if (page_of(&edits[i]) != page || !is_within_page(&edits[i]))
			continue;
		memcpy(copy + (edits[i].at - page), edits[i].bytes, edits[i].size);
		edits[i].done = true;
	}
}

static void take_back(const char *page, struct edit *edits, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (page_of(&edits[i]) == page)
			edits[i].done = false;
	}
}

static int edit_page(char *page, struct edit *edits, size_t count)
{
	size_t size = page_size();
	char *copy = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
	int error;

	if (!copy)
		return ENOMEM;
	edit_copy(copy, page, edits, count);
	error = -sys_mprotect(copy, size, PROT_READ | PROT_EXEC);
	if (!error) {
		flush_code(copy, size);
		error = -sys_move_pages(copy, size, page);
	}
	if (!error) {
		flush_code(page, size);
		return 0;
	}
	take_back(page, edits, count);
	sys_munmap(copy, size);
	return error;
}

int edit_code(struct edit *edits, size_t count)
{
	size_t i;
	int error;

	for (i = 0; i < count; i++) {
		if (edits[i].done || !is_within_page(&edits[i]))
			continue;
		error = edit_page(page_of(&edits[i]), edits, count);
		if (error)
			return error;
	}
	return 0;
}
