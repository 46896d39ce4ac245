/*
 * The mutexes and condition variables of C11. In libc they are the POSIX ones under other names, and so they are here:
 * only the return values differ. Parks are counted in the POSIX functions.
 */
#include "preload/core/c11.h"
#include "calls.h"

int mtx_lock(mtx_t *mutex)
{
	return c11_answer(do_pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict at)
{
	return c11_answer(do_pthread_mutex_timedlock((pthread_mutex_t *)mutex, at));
}

int mtx_unlock(mtx_t *mutex)
{
	return c11_answer(do_pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	return c11_answer(do_pthread_cond_wait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict at)
{
	return c11_answer(do_pthread_cond_timedwait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex, at));
}

int cnd_signal(cnd_t *cond)
{
	return c11_answer(do_pthread_cond_signal((pthread_cond_t *)cond));
}

int cnd_broadcast(cnd_t *cond)
{
	return c11_answer(do_pthread_cond_broadcast((pthread_cond_t *)cond));
}
