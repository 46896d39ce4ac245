#include "rebind.h"
#include "elf_symbols.h"
#include "preload/core/libc.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/sched/nopreempt.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/sys.h"
#include <gnu/lib-names.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A libc in another namespace has an errno of its own. */
enum { MOST_LIBCS = 16 };

static int *(*errno_elsewhere[MOST_LIBCS])(void);
static _Atomic size_t libcs_elsewhere;

/* Sets errno in all of them: the caller's is among them, and no other caller reads its own before its next call. */
static void tell_errno(void)
{
	size_t i;

	for (i = 0; i < libcs_elsewhere; i++)
		*errno_elsewhere[i]() = errno;
}

struct row {
	const char *name;
	void *hook;
	void *elsewhere; /* the same for a module in another namespace */
};

/*
 * All functions are called through one type of seven longs: on the machines that we know, a function that expects fewer
 * arguments, or others, finds its own.
 */
typedef long any_call(long a, long b, long c, long d, long e, long f, long g);

/* Hides from the compiler which function it is. */
#if __has_attribute(noipa)
#define OPAQUE __attribute__((noipa))
#else
#define OPAQUE __attribute__((noinline))
#endif

static OPAQUE long call_and_tell(long a, long b, long c, long d, long e, long f, long g, any_call *hook)
{
	long result = hook(a, b, c, d, e, f, g);

	if ((int)result == -1)
		tell_errno();
	return result;
}

/* Some of them are deprecated. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define CALL(name, family, waits, cancels, note)                                                                       \
	static long elsewhere_##name(long a, long b, long c, long d, long e, long f, long g)                           \
	{                                                                                                              \
		return call_and_tell(a, b, c, d, e, f, g, (any_call *)(void *)name);                                   \
	}
#include "preload/calls.def"

static const struct row rows[] = {
#define CALL(name, family, waits, cancels, note) {#name, (void *)name, (void *)elsewhere_##name},
#define SYNONYM(name, of)                        {#name, (void *)of, (void *)elsewhere_##of},
#include "preload/calls.def"
};
#pragma GCC diagnostic pop

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool begins_with(const char *name, const char *const *beginnings)
{
	for (; *beginnings; beginnings++) {
		if (strncmp(name, *beginnings, strlen(*beginnings)) == 0)
			return true;
	}
	return false;
}

/*
 * False for functions on an object of libc's own, which stay with the libc that made it: threads, streams, modules,
 * requests; and for functions that do not return normally.
 */
static bool goes_elsewhere(const char *name)
{
	static const char *const objects[] = {"pthread_", "thrd_", "f", "pclose", "popen", "opendir", "dl", "aio_",
	    "lio_", "gai_", "getaddrinfo_a", "exec", "posix_spawn", "__sigsetjmp", "longjmp", "_longjmp", "siglongjmp",
	    "__longjmp_chk", "getcontext", "setcontext", "swapcontext", NULL};
	static const char *const plain[] = {"pthread_mutex_", "pthread_cond_", "pthread_rwlock_", "pthread_barrier_",
	    "pthread_spin_", "pthread_once", "pthread_sigmask", "pthread_yield", "thrd_sleep", "thrd_yield", "fsync",
	    "fdatasync", "fcntl", "flock", "ftruncate", "fallocate", "faccessat", "fstatat", NULL};

	return begins_with(name, plain) || !begins_with(name, objects);
}

/* The functions of a libc, and their replacements, ordered by address. */
struct pair {
	const char *at;
	void *hook;
};

struct table {
	struct pair pairs[ROWS];
	size_t count;
};

static struct lock lock_of_tables;
static struct table ours, elsewhere; /* of the libc that we use; of the libc in another namespace that was read last */

static int compare(const void *one, const void *other)
{
	const struct pair *a = one, *b = other;

	return a->at < b->at ? -1 : a->at > b->at;
}

static void fill(struct table *table, const struct library *in)
{
	size_t i;

	table->count = 0;
	for (i = 0; i < ROWS; i++) {
		const ElfW(Sym) *symbol = find_symbol(in, rows[i].name);

		if (symbol && (table == &ours || goes_elsewhere(rows[i].name)))
			table->pairs[table->count++] = (struct pair){
			    address_of(in, symbol), table == &ours ? rows[i].hook : rows[i].elsewhere};
	}
	qsort(table->pairs, table->count, sizeof(*table->pairs), compare);
}

static void *hook_in_place_of(const struct table *table, const char *function)
{
	const struct pair wanted = {.at = function}, *found;

	found = bsearch(&wanted, table->pairs, table->count, sizeof(*table->pairs), compare);
	return found ? found->hook : NULL;
}

static void *hook_by_name(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return table == &ours ? rows[i].hook : goes_elsewhere(name) ? rows[i].elsewhere : NULL;
	}
	return NULL;
}

/* The parts of a module that are examined. */
struct module {
	struct library library;
	const ElfW(Rela) * relocations[2]; /* of data, of calls */
	size_t sizes[2];
	const char *read_only, *read_only_end; /* read-only since it was relocated */
};

static void read_relocations(struct module *module, const ElfW(Dyn) * entry)
{
	for (; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_RELA)
			module->relocations[0] = (const void *)entry->d_un.d_ptr;
		else if (entry->d_tag == DT_RELASZ)
			module->sizes[0] = entry->d_un.d_val;
		else if (entry->d_tag == DT_JMPREL)
			module->relocations[1] = (const void *)entry->d_un.d_ptr;
		else if (entry->d_tag == DT_PLTRELSZ)
			module->sizes[1] = entry->d_un.d_val;
	}
}

static bool read_module(const struct link_map *map, struct module *module)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const ElfW(Phdr) * header;

	*module = (struct module){0};
	if (!library_of(map, &module->library))
		return false;
	read_relocations(module, map->l_ld);
	header = segment_of(map, PT_GNU_RELRO);
	if (header) {
		uintptr_t from = map->l_addr + header->p_vaddr;

		module->read_only = (const char *)(from & ~(page - 1));
		module->read_only_end = (const char *)((from + header->p_memsz) & ~(page - 1));
	}
	return true;
}

static void set(const struct module *module, void **slot, void *hook)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *at = (void *)((uintptr_t)slot & ~(page - 1));
	bool is_closed = (const char *)slot >= module->read_only && (const char *)slot < module->read_only_end;

	if (is_closed && sys_mprotect(at, page, PROT_READ | PROT_WRITE) != 0)
		return;
	__atomic_store_n(slot, hook, __ATOMIC_RELEASE);
	if (is_closed)
		sys_mprotect(at, page, PROT_READ);
}

#if defined(__x86_64__)
#define IN_DATA R_X86_64_64
#define IN_GOT  R_X86_64_GLOB_DAT
#define OF_CALL R_X86_64_JUMP_SLOT
#elif defined(__aarch64__)
#define IN_DATA R_AARCH64_ABS64
#define IN_GOT  R_AARCH64_GLOB_DAT
#define OF_CALL R_AARCH64_JUMP_SLOT
#elif defined(__riscv)
#define IN_DATA R_RISCV_64
#define IN_GOT  R_RISCV_64
#define OF_CALL R_RISCV_JUMP_SLOT
#else
#define IN_DATA UINT32_MAX
#define IN_GOT  UINT32_MAX
#define OF_CALL UINT32_MAX
#endif

struct search {
	const struct table *table;
	const struct link_map *first; /* the first of the new modules */
	const struct link_map *libc;  /* the libc of another namespace */
	struct module module;
};

static bool is_defined_by_new(const struct search *search, const char *name)
{
	const struct link_map *map = search->first;
	struct library library;

	for (; map; map = map->l_next) {
		if (map != search->libc && library_of(map, &library) && find_symbol(&library, name))
			return true;
	}
	return false;
}

/*
 * The new value of a slot; NULL: it stays. The slot of a function that has not been called yet points into the module
 * itself, to code that asks the loader: the loader would look among the new modules, then in libc.
 */
static void *hook_for(const struct search *search, const ElfW(Rela) * r, const char *now)
{
	const struct library *library = &search->module.library;
	const char *name = library->strings + library->symbols[ELF64_R_SYM(r->r_info)].st_name;
	void *hook;

	if (ELF64_R_TYPE(r->r_info) != OF_CALL || now < library->text || now >= library->text_end)
		return hook_in_place_of(search->table, now);
	hook = hook_by_name(search->table, name);
	return hook && !is_defined_by_new(search, name) ? hook : NULL;
}

static void rebind_one(const struct search *search, const ElfW(Rela) * r)
{
	uint32_t type = ELF64_R_TYPE(r->r_info);
	void **slot = (void **)(search->module.library.base + r->r_offset), *hook;

	if (!ELF64_R_SYM(r->r_info) || (type != IN_DATA && type != IN_GOT && type != OF_CALL))
		return;
	hook = hook_for(search, r, *slot);
	if (hook)
		set(&search->module, slot, hook);
}

static void rebind(struct search *search, const struct link_map *map)
{
	size_t i, part;

	if (!read_module(map, &search->module))
		return;
	for (part = 0; part < 2; part++) {
		for (i = 0; i < search->module.sizes[part] / sizeof(ElfW(Rela)); i++)
			rebind_one(search, &search->module.relocations[part][i]);
	}
}

const void *last_module(void)
{
	const struct link_map *map = _r_debug.r_map;

	while (map && map->l_next)
		map = map->l_next;
	return map;
}

/* No module is loaded or unloaded while the loader calls this. */
static int rebind_all(struct dl_phdr_info *unused, size_t size, void *arg)
{
	struct search *search = arg;
	const struct link_map *map;

	(void)unused;
	(void)size;
	for (map = search->first; map; map = map->l_next) {
		if (map != search->libc)
			rebind(search, map);
	}
	return 1;
}

/* Caller holds lock_of_tables. */
static bool knows_libc(void)
{
	struct library library;

	if (!ours.count && find_library(LIBC_SO, &library))
		fill(&ours, &library);
	return ours.count > 0;
}

/* In the child of a fork: a thread that was filling a table is gone, and may have left half of it. */
static void begin_tables_anew(void)
{
	if (!atomic_load(&lock_of_tables.state))
		return;
	ours.count = elsewhere.count = 0;
	atomic_store(&lock_of_tables.state, 0);
}

FORK_PART(FORK_TABLES, .in_child = begin_tables_anew);

void *hook_replacing(const void *function)
{
	void *hook;

	lock(&lock_of_tables);
	hook = knows_libc() ? hook_in_place_of(&ours, function) : NULL;
	unlock(&lock_of_tables);
	return hook;
}

void rebind_since(const void *last)
{
	struct search search = {.table = &ours, .first = ((const struct link_map *)last)->l_next};

	if (!search.first)
		return;
	lock(&lock_of_tables);
	if (knows_libc())
		dl_iterate_phdr(rebind_all, &search);
	unlock(&lock_of_tables);
}

static const struct link_map *libc_among(const struct link_map *map)
{
	for (; map; map = map->l_next) {
		const char *slash = strrchr(map->l_name, '/');

		if (strcmp(slash ? slash + 1 : map->l_name, LIBC_SO) == 0)
			return map;
	}
	return NULL;
}

/* True for a libc that was not seen before. */
static bool meets_libc(const struct library *library)
{
	const ElfW(Sym) *symbol = find_symbol(library, "__errno_location");
	int *(*location)(void) = symbol ? (int *(*)(void))(void *)address_of(library, symbol) : NULL;
	size_t i;

	if (!location || libcs_elsewhere == MOST_LIBCS)
		return false;
	for (i = 0; i < libcs_elsewhere; i++) {
		if (errno_elsewhere[i] == location)
			return false;
	}
	errno_elsewhere[libcs_elsewhere] = location;
	libcs_elsewhere++;
	return true;
}

/*
 * A fork by that libc's own function runs only handlers that are registered there, so ours are. Its malloc, like any
 * other, must not be preempted in the middle of an operation.
 */
static void begin_with(const struct library *library)
{
	const ElfW(Sym) *symbol = find_symbol(library, "__register_atfork");

	if (symbol)
		fork_prepare_by((register_fork *)(void *)address_of(library, symbol));
	nopreempt_add((uintptr_t)library->text, (uintptr_t)library->text_end);
}

void rebind_namespace(const struct link_map *module)
{
	struct search search = {.table = &elsewhere, .first = module};
	struct library library;

	while (search.first->l_prev)
		search.first = search.first->l_prev;
	search.libc = libc_among(search.first);
	if (!search.libc || !library_of(search.libc, &library))
		return;
	lock(&lock_of_tables);
	if (meets_libc(&library))
		begin_with(&library);
	fill(&elsewhere, &library);
	dl_iterate_phdr(rebind_all, &search);
	unlock(&lock_of_tables);
}
