#include "os_threads.h"
#include "runtime/sys/proc_list.h"

static void count(int number, void *arg)
{
	(void)number;
	++*(unsigned *)arg;
}

unsigned count_tasks(void)
{
	unsigned tasks = 0;

	for_each_number("/proc/self/task", count, &tasks);
	return tasks - THREADS_OF_EMULATOR;
}
