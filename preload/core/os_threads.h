/* The OS threads of this process. */
#ifndef PRELOAD_CORE_OS_THREADS_H
#define PRELOAD_CORE_OS_THREADS_H

/* Those that an emulator of a processor has for itself: they run none of the program's code. See tests/run-known. */
#ifndef THREADS_OF_EMULATOR
#define THREADS_OF_EMULATOR 0
#endif

/* Returns how many there are now; 0 if the kernel does not say. */
unsigned count_tasks(void);

#endif
