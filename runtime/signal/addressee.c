#include "addressee.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/sys.h"
#include <string.h>
#include <sys/mman.h>

enum { ENTRIES = 170, BUSY = 1 };

struct entry {
	_Atomic uint64_t key; /* 0: free; BUSY: being filled in; else see key_of() */
	pid_t thread;         /* its id; 0: the main one of the OS thread */
	_Atomic bool is_unchosen;
	_Atomic int overrun; /* of the timer's signal that was taken last */
};

struct table {
	struct table *_Atomic next;
	struct entry entries[ENTRIES];
};

static struct table first;
static _Atomic size_t noted;

static uint64_t key_of(enum on_behalf_of what, int number)
{
	return (uint64_t)what << 32 | (uint32_t)number;
}

static struct entry *find(uint64_t key)
{
	struct table *table;

	if (!has_addressees())
		return NULL;
	for (table = &first; table; table = atomic_load(&table->next)) {
		for (size_t i = 0; i < ENTRIES; i++) {
			if (atomic_load_explicit(&table->entries[i].key, memory_order_acquire) == key)
				return &table->entries[i];
		}
	}
	return NULL;
}

static struct table *add_table(struct table *last)
{
	struct table *none = NULL,
		     *made = sys_mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);

	if (!made)
		return NULL;
	if (atomic_compare_exchange_strong(&last->next, &none, made))
		return made;
	sys_munmap(made, sizeof(*made));
	return none;
}

static struct entry *take_free_in(struct table *table)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		uint64_t key = 0;

		if (atomic_compare_exchange_strong(&table->entries[i].key, &key, BUSY))
			return &table->entries[i];
	}
	return NULL;
}

static struct entry *take_free(void)
{
	struct table *table = &first, *next;
	struct entry *entry;

	while (!(entry = take_free_in(table))) {
		next = atomic_load(&table->next);
		table = next ? next : add_table(table);
		if (!table)
			return NULL;
	}
	return entry;
}

static void let_go(struct entry *entry)
{
	atomic_store(&entry->key, 0);
	atomic_fetch_sub(&noted, 1);
}

/* The new entry is there before the old one goes, which a handler may look for meanwhile. */
static bool set(uint64_t key, pid_t thread, bool is_unchosen)
{
	struct entry *before = find(key), *entry = take_free();

	if (!entry)
		return false;
	entry->thread = thread;
	atomic_store(&entry->is_unchosen, is_unchosen);
	atomic_store(&entry->overrun, 0);
	atomic_store_explicit(&entry->key, key, memory_order_release);
	atomic_fetch_add(&noted, 1);
	if (before)
		let_go(before);
	return true;
}

bool note_addressee(enum on_behalf_of what, int number, const struct greenlet *g)
{
	return set(key_of(what, number), g ? thread_id_of(g) : 0, what == OF_DESCRIPTOR && is_unchosen(number));
}

void copy_addressee(enum on_behalf_of what, int from, int to)
{
	const struct entry *entry = find(key_of(what, from));

	if (entry)
		set(key_of(what, to), entry->thread, atomic_load(&entry->is_unchosen));
	else
		forget_addressee(what, to);
}

void forget_addressee(enum on_behalf_of what, int number)
{
	struct entry *entry = find(key_of(what, number));

	if (entry)
		let_go(entry);
}

static struct greenlet *living(const struct entry *entry, struct hub *hub)
{
	if (entry->thread)
		return greenlet_of_id(entry->thread);
	return hub ? &hub->main : NULL;
}

bool addressee_of(enum on_behalf_of what, int number, struct hub *hub, struct greenlet **g)
{
	struct entry *entry = find(key_of(what, number));

	if (entry)
		*g = living(entry, hub);
	return entry;
}

/* Other than for what the kernel tells of a thread or a child, such codes are of descriptors alone. */
static bool is_of_descriptor(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
	case SIGSYS:
	case SIGCHLD:
		return false;
	default:
		return info->si_code >= POLL_IN && info->si_code <= POLL_HUP;
	}
}

static void hide_descriptor(siginfo_t *info)
{
	int signo = info->si_signo;

	memset(info, 0, sizeof(*info));
	info->si_signo = signo;
	info->si_code = SI_KERNEL;
}

/* The SIGURG of urgent data does not name the descriptor. */
static struct entry *find_urgent(void)
{
	struct timespec no_time = {0};
	struct table *table;

	for (table = &first; table; table = atomic_load(&table->next)) {
		for (size_t i = 0; i < ENTRIES; i++) {
			uint64_t key = atomic_load(&table->entries[i].key);
			struct pollfd fd = {.fd = (int)key, .events = POLLPRI};

			if (key >> 32 == OF_DESCRIPTOR && sys_poll(&fd, 1, &no_time) == 1 && fd.revents & POLLPRI)
				return &table->entries[i];
		}
	}
	return NULL;
}

bool addressee_of_signal(siginfo_t *info, struct hub *hub, struct greenlet **g)
{
	struct entry *entry = NULL;

	if (!has_addressees())
		return false;
	if (info->si_code == SI_TIMER)
		entry = find(key_of(OF_TIMER, info->si_timerid));
	else if (is_of_descriptor(info))
		entry = find(key_of(OF_DESCRIPTOR, info->si_fd));
	else if (info->si_signo == SIGURG && info->si_code == SI_KERNEL)
		entry = find_urgent();
	if (!entry)
		return false;
	if (info->si_code == SI_TIMER)
		atomic_store(&entry->overrun, info->si_overrun);
	else if (atomic_load(&entry->is_unchosen))
		hide_descriptor(info);
	*g = living(entry, hub);
	return true;
}

bool overrun_of(int timer, int *overrun)
{
	struct entry *entry = find(key_of(OF_TIMER, timer));

	if (!entry || !entry->thread)
		return false;
	*overrun = atomic_load(&entry->overrun);
	return true;
}

void note_unchosen(int fd, bool is_unchosen)
{
	struct entry *entry = find(key_of(OF_DESCRIPTOR, fd));

	if (entry)
		atomic_store(&entry->is_unchosen, is_unchosen);
}

bool is_unchosen(int fd)
{
	struct entry *entry = find(key_of(OF_DESCRIPTOR, fd));

	return entry && atomic_load(&entry->is_unchosen);
}

bool has_addressees(void)
{
	return atomic_load_explicit(&noted, memory_order_relaxed) > 0;
}

void addressees_reset(void)
{
	struct table *table;

	for (table = &first; table; table = atomic_load(&table->next)) {
		for (size_t i = 0; i < ENTRIES; i++) {
			if (atomic_load(&table->entries[i].key) >> 32 == OF_TIMER)
				let_go(&table->entries[i]);
		}
	}
}
