/* The results of C11's calls for the errors of POSIX's. */
#ifndef PRELOAD_CORE_C11_H
#define PRELOAD_CORE_C11_H

#include "libc.h"

static inline int c11_answer(int error)
{
	switch (error) {
	case 0:
		return thrd_success;
	case ETIMEDOUT:
		return thrd_timedout;
	case EBUSY:
		return thrd_busy;
	case ENOMEM:
		return thrd_nomem;
	default:
		return thrd_error;
	}
}

#endif
