/*
 * Waiting for any child, for those of a group, for stops: no descriptor reports these. So an offload thread waits for
 * the same, and only looks: it leaves what it has found for a greenlet to take. Those that wait for the same children
 * are in one wait queue, which has one offload thread at a time. When that thread has found something, it wakes the
 * first waiter. A waiter that leaves wakes the next, which has the queue watched again if there is nothing left for it.
 *
 * An offload thread cannot be recalled. If all waiters have left its queue meanwhile, it stays, and later waiters find
 * it there.
 */
#include "preload/core/stats.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/offload/worker_pool.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/memory.h"
#include "wait.h"
#include <stdlib.h>

struct line {
	struct line *next;
	idtype_t type;
	id_t id;
	unsigned options;
	unsigned users; /* the waiters in it, and the offload thread */
	bool is_watched, has_looked;
	bool is_unwatched; /* no OS thread was available to watch it */
	struct child_wait *first;
};

static struct line *lines;
static struct lock lines_lock;

/* No handler may interrupt the owner of the lock: it could want the lock, too, or jump away. */
static uint64_t lock_lines(void)
{
	const uint64_t all = ~0ull;
	uint64_t before = 0;

	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, sizeof(before), 0, 0);
	lock(&lines_lock);
	return before;
}

static void unlock_lines(uint64_t before)
{
	unlock(&lines_lock);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before), 0, 0);
}

/* The offload threads, the waiters and the owner of the lock exist in the parent only. */
static void begin_anew(void)
{
	atomic_store(&lines_lock.state, 0);
	lines = NULL;
}

FORK_PART(FORK_CHILDREN, .in_child = begin_anew);

static void let_go(struct line *line)
{
	struct line **link = &lines;

	if (--line->users)
		return;
	while (*link != line)
		link = &(*link)->next;
	*link = line->next;
	memory_free(line);
}

static void call_first(struct line *line)
{
	struct child_wait *first = line->first;

	if (!first || line->is_watched)
		return;
	atomic_store(&first->is_called, true);
	unpark(first->greenlet);
}

static void look(void *arg)
{
	struct line *line = arg;
	siginfo_t info;
	long result;

	do
		result = raw_syscall(
		    SYS_waitid, line->type, (long)line->id, (long)&info, line->options | WNOWAIT, 0, 0);
	while (result == -EINTR);
	line->has_looked = true;
}

static void stop_watching(void *arg)
{
	struct line *line = arg;
	uint64_t mask = lock_lines();

	line->is_watched = false;
	line->is_unwatched = !line->has_looked;
	call_first(line);
	let_go(line);
	unlock_lines(mask);
}

static int start_watching(struct line *line, enum call call)
{
	if (line->is_watched)
		return 0;
	line->has_looked = false;
	if (!offload_detached(look, stop_watching, line))
		return ENOMEM;
	line->is_watched = true;
	line->users++;
	stats_helped(call);
	return 0;
}

static struct line *line_of(const struct child_wait *wait)
{
	unsigned options = (unsigned)wait->options & (WEXITED | WSTOPPED | WCONTINUED | __WALL | __WCLONE);
	struct line *line;

	for (line = lines; line; line = line->next) {
		if (line->type == wait->type && line->id == wait->id && line->options == options)
			return line;
	}
	line = memory_alloc(sizeof(*line));
	if (!line)
		return NULL;
	*line = (struct line){.next = lines, .type = wait->type, .id = wait->id, .options = options};
	lines = line;
	return line;
}

static int enter_line(struct child_wait *wait)
{
	struct child_wait **last;

	if (wait->line)
		return 0;
	wait->line = line_of(wait);
	if (!wait->line)
		return ENOMEM;
	wait->line->users++;
	wait->next = NULL;
	for (last = &wait->line->first; *last; last = &(*last)->next)
		;
	*last = wait;
	return 0;
}

int wait_in_line(struct child_wait *wait)
{
	uint64_t mask = lock_lines();
	int error = enter_line(wait);

	if (!error) {
		atomic_store(&wait->is_called, false);
		error = start_watching(wait->line, wait->call.call);
	}
	unlock_lines(mask);
	offload_make_threads();
	while (!error && !wait->is_over && !atomic_load(&wait->is_called))
		error = park(&wait->call.until);
	return error;
}

bool line_is_unwatched(const struct child_wait *wait)
{
	uint64_t mask;
	bool is_unwatched;

	if (!wait->line)
		return false;
	mask = lock_lines();
	is_unwatched = wait->line->is_unwatched;
	unlock_lines(mask);
	return is_unwatched;
}

void leave_line(struct child_wait *wait)
{
	struct child_wait **link;
	uint64_t mask;

	if (!wait->line)
		return;
	mask = lock_lines();
	for (link = &wait->line->first; *link != wait; link = &(*link)->next)
		;
	*link = wait->next;
	call_first(wait->line);
	let_go(wait->line);
	unlock_lines(mask);
	wait->line = NULL;
}
