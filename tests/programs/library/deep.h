/* A module that is loaded so that it finds its own functions and libc's before the program's. */
#ifndef DEEP_H
#define DEEP_H

#include <pthread.h>
#include <semaphore.h>

struct deep {
	int (*lock)(pthread_mutex_t *mutex);
	int (*wait_for)(pthread_cond_t *cond, pthread_mutex_t *mutex, const int *flag);
	int (*take)(sem_t *semaphore);
	int (*read_line)(int fd, char *line, int size);
	int (*select_one)(int fd);
	int (*poll_one)(int fd);
	int (*rest)(void);
	int (*in_thread)(void);
	int (*fork_one)(void);
	const char *(*whose)(void);
};

#endif
