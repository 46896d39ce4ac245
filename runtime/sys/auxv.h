/* What the kernel has told the program at its start. */
#ifndef SYS_AUXV_H
#define SYS_AUXV_H

#include <errno.h>
#include <sys/auxv.h>

/* The value of an entry of the auxiliary vector, or 0 where it is not there. errno stays, which getauxval() sets then.
 */
static inline unsigned long auxv_value(unsigned long type)
{
	int before = errno;
	unsigned long value = getauxval(type);

	errno = before;
	return value;
}

#endif
