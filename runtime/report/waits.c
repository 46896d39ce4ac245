#include "waits.h"
#include "runtime/glibc/layout.h"
#include "runtime/io/watch.h"
#include "runtime/sync/parking_lot.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *(*waits_call_name)(unsigned call);

static struct hub *own_hub(void)
{
	return self ? self->hub : hub_running;
}

static bool is_parked(const struct greenlet *g)
{
	return g->state != RUNNING && g->state != ENDED;
}

/* How g was parked. That is unknown if another OS thread may resume g at any moment. */
static const struct wait_options *wait_options_of(const struct greenlet *g)
{
	static const struct wait_options unknown = {.deadline = FOR_EVER};

	return g->hub == own_hub() && is_parked(g) ? g->wait.options : &unknown;
}

static void forget_lines(struct hub *hub)
{
	struct greenlet *g;

	atomic_store(&hub->main.wait.address, NULL);
	for (g = hub->living; g; g = g->next_living)
		atomic_store(&g->wait.address, NULL);
}

static void note_line(struct greenlet *g, const void *address, void *unused)
{
	(void)unused;
	atomic_store(&g->wait.address, address);
}

void waits_look(void)
{
	forget_lines(own_hub());
	parking_lot_for_each(note_line, NULL);
}

bool waits_inside(const struct greenlet *g)
{
	return is_parked(g) && (atomic_load(&g->wait.address) || wait_options_of(g)->is_inside);
}

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list rest;

	va_start(rest, format);
	vsnprintf(text + length, size - length, format, rest);
	va_end(rest);
}

/* libc notes the owner of a mutex in it. */
static void append_owner(const char *call, const void *address, char *text, size_t size)
{
	const pthread_mutex_t *mutex = address;

	if (strncmp(call, "pthread_mutex", 13) == 0 && mutex->__data.__owner)
		append(text, size, ", which thread %d has,", mutex->__data.__owner);
}

/* A greenlet that is in a wait queue until a thread ends waits for the address of that thread's `life.ended`. */
static void append_line(const struct greenlet *g, const char *call, char *text, size_t size,
    void (*name)(const struct greenlet *g, char *text, size_t size))
{
	const char *address = atomic_load(&g->wait.address);
	char other[64];

	if (strcmp(call, "pthread_join") == 0) {
		name((const struct greenlet *)(address - offsetof(struct greenlet, life.ended)), other, sizeof(other));
		append(text, size, " for %s", other);
		return;
	}
	append(text, size, " for %s%p", strcmp(call, "syscall") == 0 ? "the futex " : "", (const void *)address);
	append_owner(call, address, text, size);
}

/* A greenlet that waits for one descriptor alone is in the queue of that descriptor's side. */
static void append_descriptor(const struct queue *queue, char *text, size_t size)
{
	const struct side *side = (const struct side *)((const char *)queue - offsetof(struct side, queue));

	append(text, size, " to %s descriptor %d", side->watcher.events & EV_READ ? "read from" : "write to",
	    side->watcher.fd);
}

static void append_object(const struct wait_options *until, char *text, size_t size,
    void (*name)(const struct greenlet *g, char *text, size_t size))
{
	char other[64];

	append(text, size, " for %s", until->what);
	if (until->object && strcmp(until->what, END_OF) == 0) {
		name(until->object, other, sizeof(other));
		append(text, size, " %s", other);
	} else if (until->object) {
		append(text, size, " %p", until->object);
	}
}

/* Uses integers only, as libc's tables for floating-point output may not be set up where a hub runs. */
static void append_seconds(char *text, size_t size, const char *before, double seconds, const char *after)
{
	uint64_t ms = seconds > 0 ? (uint64_t)(seconds * 1e3 + 0.5) : 0;

	append(text, size, "%s%llu.%03llu s%s", before, (unsigned long long)ms / 1000, (unsigned long long)ms % 1000,
	    after);
}

static void append_time(const struct greenlet *g, char *text, size_t size)
{
	append_seconds(text, size, " for ", ev_time() - g->wait.parked_at, "");
	if (g->wait.timer.place)
		append_seconds(text, size, ", ", ((double)g->wait.timer.deadline - (double)clock_now()) / 1e9, " left");
}

void waits_describe(
    const struct greenlet *g, char *text, size_t size, void (*name)(const struct greenlet *g, char *text, size_t size))
{
	const struct wait_options *until = wait_options_of(g);
	const char *call = waits_call_name && g->wait.call ? waits_call_name(g->wait.call - 1u) : NULL;

	if (call && !until->what)
		append(text, size, " in %s", call);
	if (atomic_load(&g->wait.address))
		append_line(g, call ? call : "", text, size, name);
	else if (until->what)
		append_object(until, text, size, name);
	else if (g->waiter.queue)
		append_descriptor(g->waiter.queue, text, size);
	append_time(g, text, size);
}
