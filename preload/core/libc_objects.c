#include "libc_objects.h"
#include "arch.h"
#include "libc.h"
#include "mutex_type.h"
#include "runtime/glibc/facts.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/tls.h"
#include <setjmp.h>

enum { NOT_TO_BE_HAD = -1 };

/* Returns the kind of a mutex with these attributes. A kernel may lack what some of them need. */
static int kind_of(const pthread_mutexattr_t *attributes)
{
	pthread_mutex_t mutex;

	return libc.pthread_mutex_init(&mutex, attributes) == 0 ? mutex.__data.__kind : NOT_TO_BE_HAD;
}

static bool is_kind(int kind, int bits)
{
	return kind == NOT_TO_BE_HAD || kind == (PTHREAD_MUTEX_RECURSIVE | bits);
}

/* libc makes every robust mutex one that processes may share. */
static bool kinds_are_known(void)
{
	pthread_mutexattr_t attributes;
	int recursive, robust, inherits, protects, shared;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	recursive = kind_of(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	robust = kind_of(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_STALLED);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	inherits = kind_of(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
	protects = kind_of(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_NONE);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	shared = kind_of(&attributes);
	pthread_mutexattr_destroy(&attributes);
	return is_kind(recursive, 0) && is_kind(robust, ROBUST | SHARED) && is_kind(inherits, INHERITS) &&
	       is_kind(protects, PROTECTS) && is_kind(shared, SHARED);
}

static bool is_free(const pthread_mutex_t *mutex)
{
	return mutex->__data.__lock == 0 && mutex->__data.__owner == 0 && mutex->__data.__nusers == 0 &&
	       mutex->__data.__count == 0;
}

static bool mutex_is_known(void)
{
	pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
	bool holds = is_free(&mutex) && libc.pthread_mutex_lock(&mutex) == 0;

	holds = holds && mutex.__data.__lock == 1 && mutex.__data.__owner == tls_thread_id() &&
		mutex.__data.__nusers == 1 && mutex.__data.__count == 1;
	holds = holds && libc.pthread_mutex_lock(&mutex) == 0 && mutex.__data.__count == 2;
	holds = holds && libc.pthread_mutex_unlock(&mutex) == 0 && libc.pthread_mutex_unlock(&mutex) == 0;
	return holds && is_free(&mutex) && kinds_are_known();
}

/* While it is locked it is in the list of the thread, whose head is registered with the kernel. */
static bool robust_mutex_is_known(void)
{
	void *const *list = (void *const *)((char *)pthread_self() + glibc.robust_head);
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;
	const void *link = &mutex.__data.__list.__next, *before = *list;
	bool holds;

	if (!glibc.robust_head) /* then libc makes no robust mutex */
		return true;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	libc.pthread_mutex_init(&mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	holds = libc.pthread_mutex_lock(&mutex) == 0 && mutex.__data.__lock == tls_thread_id() && *list == link &&
		(const char *)link + glibc.robust_offset == (const char *)&mutex.__data.__lock;
	return libc.pthread_mutex_unlock(&mutex) == 0 && holds && *list == before && mutex.__data.__lock == 0;
}

static bool rwlock_is_known(void)
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	bool holds = lock.__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP && !lock.__data.__shared;

	holds = libc.pthread_rwlock_rdlock(&lock) == 0 && holds && lock.__data.__readers >> RWLOCK_READER_SHIFT == 1;
	holds = libc.pthread_rwlock_unlock(&lock) == 0 && holds && lock.__data.__readers >> RWLOCK_READER_SHIFT == 0;
	holds = libc.pthread_rwlock_wrlock(&lock) == 0 && holds && lock.__data.__cur_writer == tls_thread_id();
	return libc.pthread_rwlock_unlock(&lock) == 0 && holds && lock.__data.__cur_writer == 0 &&
	       lock.__data.__readers >> RWLOCK_READER_SHIFT == 0;
}

static bool semaphore_is_known(void)
{
	const uint32_t *words;
	sem_t semaphore;
	bool holds;

	words = (const uint32_t *)&semaphore;
	holds = sem_init(&semaphore, 1, 3) == 0 && words[0] == 3 && words[1] == 0 && words[2] != 0;
	holds = holds && sem_trywait(&semaphore) == 0 && words[0] == 2;
	holds = holds && libc.sem_post(&semaphore) == 0 && words[0] == 3 && words[1] == 0;
	return holds && sem_init(&semaphore, 0, 0) == 0 && words[0] == 0 && words[2] == 0;
}

size_t condition_flags_at = offsetof(pthread_cond_t, __data.__wrefs);

/* A new condition variable is zero but for the flags. */
static bool find_flags(const pthread_cond_t *condition, unsigned flags)
{
	const unsigned *words = (const unsigned *)condition;
	size_t i, found = 0;

	for (i = 0; i < sizeof(*condition) / sizeof(*words); i++) {
		if (!words[i])
			continue;
		if (words[i] != flags || found++)
			return false;
		condition_flags_at = i * sizeof(*words);
	}
	return found == 1;
}

static bool condition_is_known(void)
{
	pthread_condattr_t attributes;
	pthread_cond_t condition;
	bool holds;

	pthread_condattr_init(&attributes);
	pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	holds = pthread_cond_init(&condition, &attributes) == 0 && find_flags(&condition, COND_SHARED | COND_MONOTONIC);
	pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_PRIVATE);
	holds = pthread_cond_init(&condition, &attributes) == 0 && holds &&
		condition_flags(&condition) == COND_MONOTONIC;
	pthread_condattr_destroy(&attributes);
	return holds;
}

/* If the machine is not known, a buffer tells nothing, and jumps out of waits are not handled. */
static bool jump_is_known(void)
{
	struct __jmp_buf_tag buffer;
	uintptr_t here = (uintptr_t)__builtin_frame_address(0), sp;

	if (_setjmp(&buffer) != 0)
		return false;
	sp = jump_sp(&buffer);
	return !sp || (sp <= here && here - sp < sizeof(buffer) + 1024);
}

bool objects_are_known(void)
{
	return glibc_fact(FACT_mutex, mutex_is_known()) && glibc_fact(FACT_robust_mutex, robust_mutex_is_known()) &&
	       glibc_fact(FACT_rwlock, rwlock_is_known()) && glibc_fact(FACT_semaphore, semaphore_is_known()) &&
	       glibc_fact(FACT_condition, condition_is_known()) && glibc_fact(FACT_jump, jump_is_known());
}
