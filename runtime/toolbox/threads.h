/* Work on helper threads. */
#ifndef THREADS_H
#define THREADS_H

/* Where green_fail() notes the error of the work that this helper thread is doing; NULL on other threads. */
extern __thread int *failure_of_job __attribute__((visibility("hidden")));

#endif
