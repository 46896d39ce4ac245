/* The page that --explain prints: words in groups, under headings. */
#ifndef PRELOAD_LAUNCHER_PAGE_H
#define PRELOAD_LAUNCHER_PAGE_H

enum heading {
	LIBRARIES,
	NOT_FOUND_LIBRARIES,
	PARKED,
	HELPED,
	HELPED_IF_NAMED,
	NOTED,
	BLOCKING,
	OWN,
	RAW,
	GO,
	REPLACED,
	OWN_MALLOC,
	HEADINGS
};

struct group;

struct page {
	const char *command;   /* as the user wrote it */
	const char *path;      /* its file */
	const char *program;   /* the file of the program that runs in the end */
	const char *obstacle;  /* the reason why nothing can be preloaded; NULL: it can */
	const char *objection; /* the problem of this machine's libc that makes all calls native; NULL: none */
	struct group *groups[HEADINGS];
};

/* Adds a word to a group, once. Both stay the caller's and must stay valid while the page is used. */
void add_word(struct page *page, enum heading heading, const char *group, const char *word);

/* Prints it on standard output, groups in alphabetical order, and exits. */
_Noreturn void print_page(const struct page *page);

#endif
