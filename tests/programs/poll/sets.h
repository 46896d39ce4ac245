/* Bit sets of any size for select: FD_SET and its kin stop at FD_SETSIZE when fortified. */
#ifndef SETS_H
#define SETS_H

#include "ready.h"
#include <sys/select.h>

#define SET_WORDS 64 /* 4096 descriptors */

struct set {
	unsigned long words[SET_WORDS];
};

#define WORD_BITS (int)(8 * sizeof(unsigned long))

static inline fd_set *fds_of(struct set *set)
{
	return (fd_set *)(void *)set->words;
}

static inline struct set *add_fd(struct set *set, int fd)
{
	set->words[fd / WORD_BITS] |= 1ul << (fd % WORD_BITS);
	return set;
}

static inline bool has_fd(const struct set *set, int fd)
{
	return set->words[fd / WORD_BITS] >> (fd % WORD_BITS) & 1;
}

static inline int set_size(const struct set *set)
{
	int size = 0;

	for (int i = 0; i < SET_WORDS; i++)
		size += __builtin_popcountl(set->words[i]);
	return size;
}

/* A set of one. */
static inline struct set just(int fd)
{
	struct set set = {{0}};

	return *add_fd(&set, fd);
}

#endif
