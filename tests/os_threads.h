/* How many OS threads this process has, be they the program's or greenload's own. */
#ifndef OS_THREADS_H
#define OS_THREADS_H

#include <stdio.h>

/* As the kernel counts them; -1 where it does not tell. */
static inline int count_os_threads(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[4096];
	int count = -1;

	while (status && count < 0 && fgets(line, sizeof(line), status))
		sscanf(line, "Threads: %d", &count);
	if (status)
		fclose(status);
	return count;
}

#endif
