/* The system calls on files and queues whose arguments differ from those of their wrappers in libc. */
#include "raw.h"
#include "preload/core/blocking.h"
#include "preload/ipc/raw.h"

long raw_mq_timedsend(long queue, long bytes, long size, long priority, long limit, long f)
{
	(void)f;
	if (!limit)
		return mq_send((mqd_t)queue, (const char *)bytes, (size_t)size, (unsigned)priority);
	return mq_timedsend(
	    (mqd_t)queue, (const char *)bytes, (size_t)size, (unsigned)priority, (const struct timespec *)limit);
}

long raw_mq_timedreceive(long queue, long bytes, long size, long priority, long limit, long f)
{
	(void)f;
	if (!limit)
		return mq_receive((mqd_t)queue, (char *)bytes, (size_t)size, (unsigned *)priority);
	return mq_timedreceive(
	    (mqd_t)queue, (char *)bytes, (size_t)size, (unsigned *)priority, (const struct timespec *)limit);
}

long raw_semtimedop(long id, long operations, long count, long limit, long e, long f)
{
	(void)e;
	(void)f;
	if (!limit)
		return semop((int)id, (struct sembuf *)operations, (size_t)count);
	return semtimedop((int)id, (struct sembuf *)operations, (size_t)count, (const struct timespec *)limit);
}

long raw_faccessat(long dir, long path, long mode, long d, long e, long f)
{
	(void)d;
	(void)e;
	(void)f;
	return faccessat((int)dir, (const char *)path, (int)mode, 0);
}

long raw_sync(long a, long b, long c, long d, long e, long f)
{
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	(void)e;
	(void)f;
	sync();
	return 0;
}
