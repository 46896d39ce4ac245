#include "page.h"
#include "refuse.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH  100
#define INDENT 16

struct word {
	const char *text;
	struct word *next;
};

struct group {
	const char *name;
	struct word *words;
	struct group *next;
};

static const char *const headings[HEADINGS] = {
    [LIBRARIES] = "Libraries, besides those that it loads later:",
    [NOT_FOUND_LIBRARIES] = "Libraries that were not found:",
    [PARKED] = "Let other greenlets run where they would wait:",
    [HELPED] = "Are made by helper OS threads where they would wait:",
    [HELPED_IF_NAMED] = "Go to helper OS threads if --patch has the word by its name:",
    [NOTED] = "Do not wait, and are taken note of:",
    [BLOCKING] = "Hold up all greenlets while they wait:",
    [OWN] = "Missed: functions that the program has itself are called instead of the hooks:",
    [RAW] = "Missed: code that looks like system calls of its own:",
    [GO] = "Missed: the Go runtime makes its system calls by itself:",
    [REPLACED] = "Functions of libraries in whose place the hooks are called:",
    [OWN_MALLOC] = "Has a malloc of its own, which is used as it is:",
};

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		refuse(OUR_FAILURE, "out of memory");
	return memory;
}

/* Finds the group of this name in the sorted list; creates it if there is none. */
static struct group *find_group(struct group **link, const char *name)
{
	struct group *group;

	while (*link && strcmp((*link)->name, name) < 0)
		link = &(*link)->next;
	if (*link && strcmp((*link)->name, name) == 0)
		return *link;
	group = allocate(sizeof(*group));
	*group = (struct group){.name = name, .next = *link};
	return *link = group;
}

void add_word(struct page *page, enum heading heading, const char *name, const char *text)
{
	struct word **link = &find_group(&page->groups[heading], name)->words;
	struct word *word;

	/* Libraries keep the order in which they are loaded. */
	while (*link && (heading == LIBRARIES || strcmp((*link)->text, text) < 0))
		link = &(*link)->next;
	if (*link && strcmp((*link)->text, text) == 0)
		return;
	word = allocate(sizeof(*word));
	*word = (struct word){text, *link};
	*link = word;
}

/* Names come from files that may contain anything. */
static int print_name(const char *name)
{
	int width = 0;

	for (; *name; name++, width++)
		putchar((unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name);
	return width;
}

static int start_line(const char *name)
{
	int column = 2;

	printf("  ");
	column += print_name(name);
	if (column >= INDENT) {
		putchar('\n');
		column = 0;
	}
	return printf("%*s", INDENT - column, "") + column;
}

static void print_group(const struct group *group)
{
	int column = *group->name ? start_line(group->name) : printf("  ");
	int indent = column;

	for (const struct word *word = group->words; word; word = word->next) {
		if (column > indent && column + 1 + (int)strlen(word->text) > WIDTH)
			column = printf("\n%*s", indent, "") - 1;
		if (column > indent)
			column += printf(" ");
		column += print_name(word->text);
	}
	putchar('\n');
}

static void print_headings(const struct page *page)
{
	for (int heading = 0; heading < HEADINGS; heading++) {
		if (!page->groups[heading])
			continue;
		printf("\n%s\n", headings[heading]);
		for (const struct group *group = page->groups[heading]; group; group = group->next)
			print_group(group);
	}
}

_Noreturn void print_page(const struct page *page)
{
	print_name(page->command);
	if (strcmp(page->command, page->program) != 0) {
		printf(strcmp(page->path, page->program) == 0 ? " is " : " is run by ");
		print_name(page->program);
	}
	putchar('\n');
	if (page->obstacle)
		printf("\n%s: nothing can be preloaded into it. All its calls are missed.\n", page->obstacle);
	if (page->objection)
		printf("\nWarning: with this C library the program runs natively, as if nothing was preloaded:\n  %s\n",
		    page->objection);
	print_headings(page);
	if (!page->obstacle)
		printf(
		    "\nCode that makes no call while it waits, and libraries that are loaded later, cannot be seen.\n");
	if (fflush(stdout) == EOF || ferror(stdout))
		refuse(OUR_FAILURE, "cannot write to standard output: %s", strerror(errno));
	exit(0);
}
