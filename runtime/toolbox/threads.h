/* Work on offload threads. */
#ifndef THREADS_H
#define THREADS_H

/* Where green_fail() stores the error of the work that this offload thread is doing; NULL on other threads. */
extern __thread int *failure_of_job __attribute__((visibility("hidden")));

#endif
