/*
 * What the library takes for granted of libc's inside, all of it in this one list. Each fact is looked up or tried out
 * right before the process gets its first greenlet, on the thread that makes it. Where one does not hold, the process
 * gets none: threads are the system's, every call is native, libc is not patched, and the statistics tell which fact
 * it was. The tests take some ten microseconds together; a process without greenlets makes none of them.
 *
 * FACT(name, what is the matter where it does not hold)
 */
#ifndef RUNTIME_GLIBC_FACTS_H
#define RUNTIME_GLIBC_FACTS_H

#include <stdbool.h>

/* Of the runtime: glibc.c, glibc_try.c, tls.c. */
#define GLIBC_FACTS(FACT)                                                                                              \
	FACT(tables, "it lacks some of its tables for debuggers")                                                      \
	FACT(structures, "its tables for debuggers describe structures of other sizes")                                \
	FACT(functions, "it lacks a function that makes or ends threads")                                              \
	FACT(descriptor, "a thread's handle is not the address of its descriptor")                                     \
	FACT(header, "a descriptor does not begin as it is known to")                                                  \
	FACT(thread_id, "the thread's id is not where its tables say")                                                 \
	FACT(thread_list, "the list of threads is not where its tables say")                                           \
	FACT(cancellation, "the bits for cancellation are others")                                                     \
	FACT(keys, "the values of pthread keys are not where its tables say")                                          \
	FACT(robust_list, "the list of robust mutexes is not in the descriptor")                                       \
	FACT(rseq, "the area of restartable sequences is not in a block of thread-local variables")                    \
	FACT(variables, "errno is in no module's thread-local variables")                                              \
	FACT(modules, "the list of modules with thread-local variables is not where its tables say")                   \
	FACT(vector, "the dynamic thread vector is another")                                                           \
	FACT(alone, "it does not say by which variable it tells that there is one thread")                             \
	FACT(resolver, "a thread's resolver state is not where it is known to be")                                     \
	FACT(block, "it does not take a block of thread-local variables for a thread")                                 \
	FACT(arena, "it does not show where malloc keeps a thread's arena")                                            \
	/* Of the hooks: libc_objects.c. */                                                                            \
	FACT(mutex, "its mutexes are in another format")                                                               \
	FACT(robust_mutex, "its robust mutexes are in another format")                                                 \
	FACT(rwlock, "its read-write locks are in another format")                                                     \
	FACT(semaphore, "its semaphores are in another format")                                                        \
	FACT(condition, "its condition variables are in another format")                                               \
	FACT(jump, "a jump buffer does not tell the stack pointer")

enum glibc_fact {
#define FACT(name, otherwise) FACT_##name,
	GLIBC_FACTS(FACT)
#undef FACT
};

/*
 * Notes a fact that does not hold, if it is the first. Returns whether it does. On the torture build, the one that
 * GREENLOAD_UNLIKE names does not.
 */
bool glibc_fact(enum glibc_fact fact, bool holds);

/* What is the matter with this libc, for the statistics; NULL: nothing that is known so far. */
const char *glibc_unlike(void);

#endif
