/* What we must know of glibc's inside, all of it read at run time; see tls.h for what it is for. */
#ifndef RUNTIME_GLIBC_LAYOUT_H
#define RUNTIME_GLIBC_LAYOUT_H

#include "runtime/sys/lock.h"
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <ucontext.h>

struct glibc {
	const void *host;           /* thread pointer of the thread that looked; it may have ended since */
	size_t above, below, align; /* a block's extent from the thread pointer, upwards and downwards */
	ptrdiff_t descriptor_below; /* the descriptor starts so far below the thread pointer: 0 on x86 */
	size_t descriptor_size;
	ptrdiff_t tid, list, cancel, specific, specific_first; /* in the descriptor */
	ptrdiff_t robust_head;                                 /* too */
	ptrdiff_t rseq_cpu_id;                                 /* from the thread pointer; 0: no rseq */
	long robust_offset;
	ptrdiff_t random;              /* the state that it draws random numbers by, in the descriptor; 0: none */
	ptrdiff_t resolver;            /* the state that blocks have for it, from the thread pointer */
	ptrdiff_t libc_low, libc_high; /* libc's own thread-local variables, from the thread pointer */
	size_t libc_module;            /* its number */

	/*
	 * libc's own __libc_single_threaded, by which it leaves out locks: a program that reads the variable has a copy
	 * of it.
	 */
	char *single_threaded;

	/* libc's own functions, where others may define what is called by the name; NULL: it has none. */
	void *(*malloc)(size_t size);
	void (*free)(void *memory);
	pthread_t (*thread_self)(void);
	int *(*error_location)(void);
	ssize_t (*getrandom)(void *bytes, size_t count, unsigned flags);
	struct __res_state *(*resolver_state)(void);
	int (*set_cancel_state)(int state, int *before);
	int (*set_cancel_type)(int type, int *before);
	int (*make_key)(pthread_key_t *key, void (*destroy)(void *));
	int (*set_value)(pthread_key_t key, const void *value);
	int (*delete_key)(pthread_key_t key);
	int (*getcontext)(ucontext_t *context);
	int (*swapcontext)(ucontext_t *own, const ucontext_t *other);
	char *(*last_dl_error)(void);
	char *(*error_string)(int error, locale_t locale);
	char *(*signal_string)(int signo);
	locale_t (*make_locale)(int categories, const char *name, locale_t base);
	locale_t (*use_locale)(locale_t locale);
};

extern struct glibc glibc;

/* The dynamic linker's. */
void *_dl_allocate_tls(void *block) __attribute__((weak));
void _dl_deallocate_tls(void *block, int free_block) __attribute__((weak));

/* libc's. The latter finds the tables of character classes, by thread-local pointers. */
void __call_tls_dtors(void) __attribute__((weak));
void __ctype_init(void) __attribute__((weak));

/* Fills the structure. Returns 0, or ENOTSUP where a fact of glibc_facts.h does not hold. */
int glibc_learn(void);

/*
 * Finds libc's own functions alone, which may be needed before. False where one is missing. May be called at any time
 * by several threads: each stores the same.
 */
bool glibc_find_functions(void);

/* How many bytes of static TLS from the thread pointer on the loaded modules use. */
size_t glibc_tls_used(void);

/* Where, from the thread pointer, the part of a block ends that a thread may have changed. */
size_t glibc_image_end(void);

/* A number that changes when a module with thread-local variables is loaded or unloaded. */
uintptr_t tls_modules(void);

/* The highest generation of a module: each one that is loaded has a higher one. */
size_t glibc_newest_module(void);

/* True for a module, by its number, that came after that and lies in static TLS: at this offset from thread pointers.
 */
bool glibc_static_module(size_t module, size_t since, ptrdiff_t *offset);

/* Calls f with each module that came after that and lies in static TLS: its struct link_map, the same offset, and arg.
 */
void glibc_each_static_module(size_t since, void (*f)(const void *map, ptrdiff_t offset, void *arg), void *arg);

/*
 * Gives back what the vector has room for beyond the modules that there are: two thirds of it. The dynamic linker
 * enlarges it, with realloc, when a greenlet uses a library that comes later. Returns the vector, which may have moved.
 */
void *glibc_trim_vector(void *vector);

/* True when the dynamic thread vector holds memory of its own for some module. */
bool glibc_vector_owns(const void *vector);

/* That the list of modules and the calling thread's vector have libc where it is. */
bool glibc_modules_are_known(void);
bool glibc_vector_is_known(void);

/* Calls f(arg) with another thread pointer, signals blocked. */
void *glibc_call_as(void *tp, void *(*f)(void *), void *arg);

/* That the calling thread's state is found by the variable that blocks are given theirs by. */
bool glibc_resolver_is_known(void);

/* Has blocks be larger by a resolver's state; then gives the block at tp its own, which is all zero. */
void glibc_make_room_for_resolver(void);
void glibc_give_resolver(void *tp);

/* The calling thread ends: its resolver's state, if it is one of ours, gives back what it holds and is as new. */
void glibc_leave_resolver(void);

/*
 * The calling greenlet ends: what it has of dlerror() is given back. The first to call this also finds out, with malloc
 * of the program, where libc keeps what strerror() and strsignal() answer; so pthread keys still have their values.
 */
void glibc_leave_dlerror(void);

/* The strings of those two are given back, after the destructors of keys, which may ask for some. */
void glibc_leave_strings(void);

/* Finds out by a trial in the block at tp where libc notes the state of a thread that draws. Returns 0 or ENOMEM. */
int glibc_learn_random(void *tp);

/* What the block at tp has of such a state, and can have again in another life; NULL: nothing. */
void *glibc_random_state(void *tp);
void glibc_set_random_state(void *tp, void *state);

/* The block at tp goes: its state is kept for another one. A block as new gets one that was kept. */
void glibc_keep_random(void *tp);
void glibc_give_random(void *tp);

/* Never held over anything: in the child of a fork it is set free, and at worst one of the states is lost. */
extern struct lock random_lock;

/*
 * In the child of a fork, whose one OS thread libc lists by the block at `listed`: lists it by another block, which
 * lives as long as the OS thread. No other OS thread runs.
 */
void glibc_list_instead(void *listed, void *tp);

/* True when libc, called with this thread pointer, sees a thread of its own. */
bool glibc_takes_for_thread(void *tp);

/* That a value which the calling thread, with this descriptor, sets for a key is found, and the key's destructor. */
bool glibc_keys_are_known(char *descriptor);

/* Runs the destructors of pthread keys for the thread of this descriptor, and frees its key pages. */
void glibc_run_key_destructors(char *descriptor);

/*
 * The rest of that where libc is in the first round and calls the destructor of this key: the later keys of the round,
 * and the other rounds. The key pages stay.
 */
void glibc_finish_key_destructors(char *descriptor, unsigned key);

#endif
