/* How many threads and processes there may be; in a container often but a few hundred. */
#ifndef TASKS_H
#define TASKS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void *be_there(void *unused)
{
	pause();
	return unused;
}

/* Whether so many OS threads can be had at once, and so as many processes, too. A child tries it. */
static inline bool can_have_tasks(int count)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int status = 1;
	pid_t child = fork();

	if (child)
		return child > 0 && waitpid(child, &status, 0) == child && status == 0;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 * 1024);
	for (int i = 0; i < count; i++)
		if (pthread_create(&thread, &attributes, be_there, NULL) != 0)
			_exit(1);
	_exit(0);
}

#endif
