/* Children that end when they are told to. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "tests/linked/expect.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>

static int gate[2]; /* they end when its other side is closed */

static inline void make_gate(void)
{
	must("pipe", pipe(gate));
	fcntl(gate[1], F_SETFD, FD_CLOEXEC);
}

static inline void let_them_end(void)
{
	close(gate[1]);
	close(gate[0]);
}

/* One that ends with the status once the gate is open. */
static inline pid_t make_child(int status)
{
	pid_t child = (pid_t)must("fork", fork());
	char byte;

	if (child)
		return child;
	alarm(60);
	close(gate[1]);
	(void)!read(gate[0], &byte, 1);
	_exit(status);
}

static inline int count_entries(const char *directory)
{
	DIR *entries = opendir(directory);
	int n = 0;

	while (entries && readdir(entries))
		n++;
	if (entries)
		closedir(entries);
	return n;
}

#endif
