/*
 * Thread-local storage blocks: what makes a greenlet a thread in the eyes of libc. Each has its own errno, __thread
 * variables, pthread keys, locale and a valid pthread_self(), whose value is the descriptor in the block.
 *
 * A block is made by the dynamic linker (_dl_allocate_tls) in memory that we give; what else glibc's own thread start
 * would set is set here. Offsets in glibc's descriptor are read from the tables that it exports for debuggers.
 */
#ifndef RUNTIME_GLIBC_TLS_H
#define RUNTIME_GLIBC_TLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Learns the layout and proves it on a trial block. Call it before anything else, on an OS thread; only the first
 * call works, and others wait for it. Returns 0, or ENOTSUP where this libc is not one we know (glibc_unlike() says
 * why), under ThreadSanitizer, unless this library is compiled with it, and inside the first call, by a signal handler
 * or the program's malloc; ENOMEM.
 */
int tls_init(void);

/* Where a block that ends below top has its thread pointer; *low becomes its lowest byte. */
void *tls_place(void *top, void **low);

/* How much a block takes at most. */
size_t tls_bytes(void);

/*
 * Makes a block at thread pointer tp, in memory that is all zero. id makes the thread id unique among the living.
 * Returns 0 or ENOMEM.
 */
int tls_make(void *tp, uint32_t id);

/* Makes a block that has been used like new. Returns 0, or ENOMEM: then the block is released. */
int tls_renew(void *tp, uint32_t id);

/* Gives back what a block holds outside its own memory. */
void tls_release(void *tp);

/*
 * The same where malloc's free() must not be called, as on the hub's own context: what the block has of malloc is left
 * to the next tls_release_left(), which may park.
 */
void tls_leave(void *tp);
void tls_release_left(void);

/*
 * In the child of a fork. The ids of blocks to come then differ, most likely, from those in other processes, with which
 * a lock may be shared.
 */
void tls_reset(void);

/* True for a thread id that a block may have, and no thread of the system's: *id is what tls_make() was given. */
bool tls_has_id(int thread_id, uint32_t *id);

/* What libc takes for the thread id of the calling greenlet, or OS thread. After tls_init(). */
int tls_thread_id(void);

/* The same in the block at tp. */
int tls_thread_id_at(const void *tp);

/* Where that is. The kernel clears it when a thread of the system's has ended. */
const int *tls_thread_word(const void *tp);

/*
 * What libc notes of cancellation in the block at tp, of any thread: pthread_setcancelstate() and -type write it, and
 * so does libc where its own code must not be cancelled, as in pclose() and sem_open().
 */
enum {
	TLS_CANCEL_DISABLED = 1,
	TLS_CANCEL_ASYNC = 2,
	TLS_CANCELLED = 8, /* of a thread of the system's alone */
};

int tls_cancel_state(const void *tp);

/* Sets that: the kernel's id of a task that has been given a block. */
void tls_set_thread_id(int id);

/* What a thread does when it ends: thread_local destructors, then those of pthread keys, in rounds. */
void tls_run_destructors(void);

/*
 * For the destructor of a key that libc calls in its first round and that does not return: runs all destructors of the
 * calling thread that libc would call after it.
 */
void tls_finish_key_destructors(pthread_key_t key);

/* pthread_self() in the block at tp, and back. */
pthread_t tls_thread(void *tp);
void *tls_of_thread(pthread_t thread);

/* The address in the block at tp of the thread-local variable that the caller has at its_own. */
static inline void *tls_at(void *tp, const void *its_own, void *own_tp)
{
	return (char *)tp + ((const char *)its_own - (const char *)own_tp);
}

#endif
