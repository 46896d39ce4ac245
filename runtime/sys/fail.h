/* How the public functions answer. */
#ifndef RUNTIME_SYS_FAIL_H
#define RUNTIME_SYS_FAIL_H

#include <errno.h>

/* For an error, -1 with errno set to it; for 0, 0 with errno as it was. */
static inline int fail(int error)
{
	if (!error)
		return 0;
	errno = error;
	return -1;
}

#endif
