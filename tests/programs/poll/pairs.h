/* Hundreds of pairs of sockets: most of their descriptors are above FD_SETSIZE. */
#ifndef PAIRS_H
#define PAIRS_H

#include "tests/programs/say.h"
#include <sys/resource.h>
#include <sys/socket.h>

#define PAIRS 900

static int ends[PAIRS][2];

static inline void open_pairs(void)
{
	struct rlimit limit;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_cur < 2 * PAIRS + 100) {
		limit.rlim_cur = 2 * PAIRS + 100;
		must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	}
	for (int i = 0; i < PAIRS; i++)
		must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]));
	say_whether("beyond 1024", ends[PAIRS - 1][1] > 1500);
}

#endif
