/*
 * Tasks that clone(2) makes in this process's memory and that are no threads of libc's. Natively such a task has the
 * thread-local storage of the thread that makes it, if it is given none. Here that storage says that a greenlet runs,
 * so each task gets a block of its own: it is an OS thread without greenlets to all of the library, and its calls are
 * native.
 *
 * What it sees in its block: the variables of its maker as they were at the call, libc's errno and locale among them.
 * But it has caches of its own in the allocator, and an id of its own. A block is never taken apart, as a task may end
 * at any instruction, and an allocator may have listed it as a thread's: the next task takes it on as it is.
 */
#ifndef RUNTIME_SCHED_TASK_H
#define RUNTIME_SCHED_TASK_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct task;

/* In such a task, the flags of its clone(2); else 0. */
extern __thread int task_flags __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* True in a task that has descriptors of its own: the file-descriptor table of the process does not follow them. */
static inline bool has_own_fds(void)
{
	return __builtin_expect(task_flags, 0) && !(task_flags & CLONE_FILES);
}

/* The same of signal handlers. */
static inline bool has_own_handlers(void)
{
	return __builtin_expect(task_flags, 0) && !(task_flags & CLONE_SIGHAND);
}

/*
 * A block for a task that clone(2) is about to make with these flags, in which it is to call fn(arg). allocator is an
 * address in the code of the malloc in use. NULL where there is none to be had: errno is ENOMEM, or ENOTSUP for a libc
 * that is not known. Takes a lock of its own.
 */
struct task *task_make(int flags, int (*fn)(void *arg), void *arg, const void *allocator);

/* Its thread pointer. */
void *task_pointer(const struct task *task);

/* What clone(2) has answered: -1 gives the block back. */
void task_made(struct task *task, pid_t id);

/* What the task runs, with the struct task as the argument. */
int task_run(void *task);

/* In the child of a fork: there are no other tasks, and the caller is none. */
void tasks_reset(void);

#endif
