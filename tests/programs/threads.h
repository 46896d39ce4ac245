/* Threads of the test programs. */
#ifndef THREADS_H
#define THREADS_H

#include "say.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/syscall.h>

static inline pthread_t start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, run, arg));
	return thread;
}

/* Waits for its end and returns its result. */
static inline void *join(pthread_t thread)
{
	void *result;

	must("pthread_join", -pthread_join(thread, &result));
	return result;
}

/* By the instruction itself: the number is the kernel's own, whatever gettid() is to say. */
static inline int id_of_os_thread(void)
{
	long id = SYS_gettid;

#if defined(__x86_64__)
	__asm__ volatile("syscall" : "+a"(id) : : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register long number __asm__("x8") = SYS_gettid, result __asm__("x0");

	__asm__ volatile("svc 0" : "=r"(result) : "r"(number) : "memory");
	id = result;
#endif
	return (int)id;
}

/* False while a thread of the process, other than the calling one, runs or is ready. */
static inline bool all_others_sleep(void)
{
	DIR *tasks = opendir("/proc/self/task");
	bool sleep = true;
	struct dirent *task;

	must("opendir", tasks ? 0 : -1);
	while ((task = readdir(tasks))) {
		int id = atoi(task->d_name);
		char name[64], state = 'S';
		FILE *status;

		snprintf(name, sizeof(name), "/proc/self/task/%d/stat", id);
		status = id && id != gettid() && id != id_of_os_thread() ? fopen(name, "r") : NULL;
		if (!status)
			continue; /* or it has ended */
		if (fscanf(status, "%*d (%*[^)]) %c", &state) == 1 && (state == 'R' || state == 'D'))
			sleep = false;
		fclose(status);
	}
	closedir(tasks);
	return sleep;
}

/* Until the other threads have come as far as the calls that they are to wait in, and ms longer. */
static inline void msleep_once_others_wait(int ms)
{
	do
		msleep(10);
	while (!all_others_sleep());
	msleep(ms);
}

#endif
