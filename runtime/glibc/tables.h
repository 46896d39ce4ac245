/* glibc's tables for libthread_db, and what we take from them the shape of some of its structures to be. */
#ifndef RUNTIME_GLIBC_TABLES_H
#define RUNTIME_GLIBC_TABLES_H

#include <stddef.h>
#include <stdint.h>

/* { bits of an element, elements, offset }; plain numbers for sizes. */
#define DEBUG_TABLE(name) extern const uint32_t _thread_db_##name[3] __attribute__((weak))
#define DEBUG_SIZE(name)  extern const uint32_t _thread_db_sizeof_##name __attribute__((weak))

DEBUG_TABLE(pthread_tid);
DEBUG_TABLE(pthread_list);
DEBUG_TABLE(pthread_cancelhandling);
DEBUG_TABLE(pthread_specific);
DEBUG_TABLE(pthread_key_data_level2_data);
DEBUG_TABLE(pthread_key_struct_destr);
DEBUG_TABLE(__pthread_keys);
DEBUG_TABLE(rtld_global__dl_stack_user);
DEBUG_TABLE(rtld_global__dl_tls_dtv_slotinfo_list);
DEBUG_TABLE(dtv_slotinfo_list_slotinfo);
DEBUG_TABLE(link_map_l_tls_offset);
DEBUG_SIZE(pthread);
DEBUG_SIZE(dtv_slotinfo);
DEBUG_SIZE(pthread_key_data);
DEBUG_SIZE(pthread_key_struct);

extern char _rtld_global[] __attribute__((weak));

enum { BITS, ELEMENTS, OFFSET };

/* A node of a circular list, and its head. */
struct list_node {
	struct list_node *next, *previous;
};

/* A pthread key, and a thread's value for one. */
struct key {
	uintptr_t sequence;
	void (*destroy)(void *);
};

struct value {
	uintptr_t sequence;
	void *data;
};

extern struct key __pthread_keys[] __attribute__((weak));

/* The list of modules that have thread-local variables. */
struct slot {
	size_t generation;
	const char *map;
};

struct slots {
	size_t length;
	struct slots *next;
	struct slot slot[];
};

/* An entry of the dynamic thread vector; the one before the first counts how many there are. */
union vector_entry {
	size_t count;
	struct {
		void *block;
		void *to_free;
	};
};

extern const ptrdiff_t __rseq_offset __attribute__((weak));

/* The dynamic linker's. */
void _dl_get_tls_static_info(size_t *size, size_t *align) __attribute__((weak));

#endif
