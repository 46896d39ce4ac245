#include "tasks.h"
#include <dirent.h>
#include <stddef.h>

unsigned count_tasks(void)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned count = 0;

	if (!tasks)
		return 0;
	while ((entry = readdir(tasks)))
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}
