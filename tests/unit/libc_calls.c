/* The suites link the runtime without hooks: each name is libc's. */
#include "runtime/sys/libc_calls.h"

struct libc_calls libc_calls = {pthread_create, pthread_detach, pthread_join, sigaction, sigaction};
