/*
 * select and pselect. The kernel is polled without waiting, on the caller's own sets, so that the result and the errors
 * are the kernel's. The result overwrites the sets: they are copied before, and restored before each wait.
 */
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "runtime/sched/mask.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/user_memory.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* What fits on the caller's stack: sets of FD_SETSIZE bits, and this many descriptors among them. */
#define WORDS_ON_STACK (FD_SETSIZE / NFDBITS)
#define FDS_ON_STACK   32

#define SMALLEST_PAGE 4096

/* The interval at which a descriptor that causes spurious wake-ups is checked, see mute(). */
#define MUTE_INTERVAL (20 * NANOS_PER_MSEC)

/* The results of poll that select counts, as in the kernel. */
#define COUNTS_READING (POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR | POLLNVAL)
#define COUNTS_WRITING (POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR | POLLNVAL)
#define COUNTS_URGENT  (POLLPRI | POLLNVAL)

/* One of the three sets. */
struct asked {
	fd_mask *bits;  /* the caller's; NULL: none */
	fd_mask *saved; /* a copy; from the first wait on only what the kernel looked at */
	size_t words;   /* of the copy */
};

struct selection {
	int n;                /* descriptors from here on do not count */
	struct asked sets[3]; /* for reading, writing, exceptions */
	fd_mask *saved;       /* where all copies are */
	struct pollfd *fds;   /* what to wait for; NULL before the first wait */
	nfds_t count;
	bool muted; /* some of fds are skipped */
	fd_mask stack_words[3 * WORDS_ON_STACK];
	struct pollfd stack_fds[FDS_ON_STACK];
};

/* The number of readable words: one is tried in each page. */
static size_t count_readable(const fd_mask *bits, size_t words)
{
	size_t n = 0, to_next_page;

	while (n < words && is_readable(bits + n)) {
		to_next_page = (SMALLEST_PAGE - (uintptr_t)(bits + n) % SMALLEST_PAGE) / sizeof(*bits);
		n += to_next_page ? to_next_page : 1;
	}
	return n < words ? n : words;
}

/*
 * Copies what is readable: invalid pointers are left for the kernel to find (EFAULT), and nfds may reach beyond the
 * set.
 */
static void copy_set(struct asked *set, size_t words)
{
	set->words = set->bits ? count_readable(set->bits, words) : 0;
	if (set->words)
		memcpy(set->saved, set->bits, set->words * sizeof(*set->bits));
}

/* False with errno ENOMEM. If true, the caller must close s. */
static bool open_selection(struct selection *s, int n, fd_set *const sets[3])
{
	size_t words = n > 0 ? ((size_t)n + NFDBITS - 1) / NFDBITS : 0;

	s->n = n;
	s->fds = NULL;
	s->muted = false;
	s->saved = words <= WORDS_ON_STACK ? s->stack_words : memory_alloc(3 * words * sizeof(fd_mask));
	if (!s->saved)
		return false;
	for (int i = 0; i < 3; i++) {
		s->sets[i] = (struct asked){.bits = (fd_mask *)sets[i], .saved = s->saved + (size_t)i * words};
		copy_set(&s->sets[i], words);
	}
	return true;
}

static void close_selection(struct selection *s)
{
	if (s->saved != s->stack_words)
		memory_free(s->saved);
	if (s->fds != s->stack_fds)
		memory_free(s->fds);
}

/* After a poll that found nothing, so that the kernel cleared all bits it looked at: keeps only those in the copies. */
static void keep_looked_at(struct selection *s)
{
	for (int i = 0; i < 3; i++)
		for (size_t w = 0; w < s->sets[i].words; w++)
			s->sets[i].saved[w] &= ~s->sets[i].bits[w];
}

static void put_back(const struct selection *s)
{
	for (int i = 0; i < 3; i++)
		for (size_t w = 0; w < s->sets[i].words; w++)
			if (s->sets[i].saved[w])
				s->sets[i].bits[w] |= s->sets[i].saved[w];
}

static size_t most_words(const struct selection *s)
{
	size_t most = 0;

	for (int i = 0; i < 3; i++)
		if (s->sets[i].words > most)
			most = s->sets[i].words;
	return most;
}

static fd_mask word_of(const struct asked *set, size_t w)
{
	return w < set->words ? set->saved[w] : 0;
}

static unsigned long any_of(const struct selection *s, size_t w)
{
	fd_mask any = word_of(&s->sets[0], w) | word_of(&s->sets[1], w) | word_of(&s->sets[2], w);

	return (unsigned long)any & (w < (size_t)s->n / NFDBITS ? ~0ul : ~(~0ul << (s->n % NFDBITS)));
}

static struct pollfd pollfd_of(const struct selection *s, int fd)
{
	static const short events[3] = {POLLIN, POLLOUT, POLLPRI};
	struct pollfd p = {.fd = fd};

	for (int i = 0; i < 3; i++)
		if (word_of(&s->sets[i], (size_t)fd / NFDBITS) >> (fd % NFDBITS) & 1)
			p.events = (short)(p.events | events[i]);
	return p;
}

/* Makes the list of descriptors to wait for. False with errno ENOMEM. */
static bool list_fds(struct selection *s)
{
	size_t words = most_words(s), count = 0;

	for (size_t w = 0; w < words; w++)
		count += (size_t)__builtin_popcountl(any_of(s, w));
	s->fds = count <= FDS_ON_STACK ? s->stack_fds : memory_alloc(count * sizeof(*s->fds));
	if (!s->fds)
		return false;
	s->count = 0;
	for (size_t w = 0; w < words; w++)
		for (unsigned long left = any_of(s, w); left; left &= left - 1)
			s->fds[s->count++] = pollfd_of(s, (int)(w * NFDBITS) + __builtin_ctzl(left));
	return true;
}

/* True if poll found only events that select does not count, such as a hang-up in a wait for writing. */
static bool wakes_for_nothing(const struct pollfd *p)
{
	short counts = POLLNVAL;

	if (p->events & POLLIN)
		counts |= COUNTS_READING;
	if (p->events & POLLOUT)
		counts |= COUNTS_WRITING;
	if (p->events & POLLPRI)
		counts |= COUNTS_URGENT;
	return p->revents && !(p->revents & counts);
}

/* After a spurious wake-up: skips the descriptors whose state would end the next wait at once. */
static void mute(struct selection *s)
{
	for (nfds_t i = 0; i < s->count; i++)
		if (s->fds[i].fd < 0)
			s->fds[i].fd = ~s->fds[i].fd;
	s->muted = false;
	poll_now(s->fds, s->count);
	for (nfds_t i = 0; i < s->count; i++)
		if (wakes_for_nothing(&s->fds[i])) {
			s->fds[i].fd = ~s->fds[i].fd;
			s->muted = true;
		}
}

/* Parks for the interval after which the muted descriptors are checked, or less. Returns as park_until_any(). */
static int park_an_interval(struct blocking *call, const struct selection *s)
{
	nanos deadline = call->until.deadline, next = nanos_add(clock_now(), MUTE_INTERVAL);
	int woken;

	if (next >= deadline)
		return park_until_any(call, s->fds, s->count);
	call->until.deadline = next;
	woken = park_until_any(call, s->fds, s->count);
	call->until.deadline = deadline;
	if (woken || call->over == EINTR)
		return woken;
	call->over = 0; /* the interval is over, not the wait */
	return 1;
}

/* Returns as park_until_any(), with the caller's sets restored. */
static int park_on_sets(struct blocking *call, struct selection *s)
{
	bool first = !s->fds;

	if (first)
		keep_looked_at(s);
	put_back(s);
	if (first && !list_fds(s))
		return -1;
	if (!first)
		mute(s);
	return s->muted ? park_an_interval(call, s) : park_until_any(call, s->fds, s->count);
}

/* Sets the bits of one entry of poll's in the result. Returns how many. */
static int answer_entry(const struct selection *s, const struct pollfd *p)
{
	static const short asked[3] = {POLLIN, POLLOUT, POLLPRI};
	static const short counts[3] = {COUNTS_READING, COUNTS_WRITING, COUNTS_URGENT};
	int fd = p->fd < 0 ? ~p->fd : p->fd, count = 0;

	for (int i = 0; i < 3; i++) {
		if (!(p->events & asked[i]) || !(p->revents & counts[i]))
			continue;
		s->sets[i].bits[fd / NFDBITS] |= (fd_mask)(1ul << (fd % NFDBITS));
		count++;
	}
	return count;
}

/*
 * A descriptor that was closed during the wait does not fail the call, as it would at first: the kernel treats it as
 * ready for all that was asked.
 */
static int look_by_poll(struct selection *s)
{
	int count = 0;

	for (nfds_t i = 0; i < s->count; i++)
		if (s->fds[i].fd < 0)
			s->fds[i].fd = ~s->fds[i].fd;
	if (libc.poll(s->fds, s->count, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		for (size_t w = 0; w < s->sets[i].words; w++)
			s->sets[i].bits[w] &= ~s->sets[i].saved[w];
	for (nfds_t i = 0; i < s->count; i++)
		count += answer_entry(s, &s->fds[i]);
	return count;
}

static int look(struct selection *s, int n, fd_set *const sets[3])
{
	static const struct timespec no_time;
	int ready = libc.pselect(n, sets[0], sets[1], sets[2], &no_time, NULL);

	return ready < 0 && errno == EBADF && s->fds ? look_by_poll(s) : ready;
}

/* See poll(). */
static bool waits_for_connections(const struct selection *s)
{
	for (size_t w = 0; w < s->sets[0].words; w++)
		for (fd_mask left = s->sets[0].saved[w]; left; left &= left - 1)
			if (fd_traits((int)(w * NFDBITS) + __builtin_ctzl((unsigned long)left)) & FD_LISTENS)
				return true;
	return false;
}

static int select_green(struct blocking *call, int n, fd_set *const sets[3])
{
	struct selection s;
	int ready, woken = 1;

	if (!open_selection(&s, n, sets))
		return -1;
	if (!waits_for_connections(&s))
		give_way(false);
	/* As in the kernel, the last poll comes after the deadline. */
	do
		ready = look(&s, n, sets);
	while (ready == 0 && woken > 0 && (woken = park_on_sets(call, &s)) >= 0);
	if (woken < 0 || ready == 0)
		ready = woken < 0 ? woken : nothing_came(call);
	if (ready < 0 && !woken)
		put_back(&s); /* an interrupted call leaves the sets as they were */
	close_selection(&s);
	return (int)settled(call, ready);
}

static int pselect_native(int n, fd_set *const sets[3], const struct timespec *timeout, const sigset_t *mask)
{
	uint64_t before = lend_mask(mask);
	int ready = libc.pselect(n, sets[0], sets[1], sets[2], timeout, mask);

	take_back_mask(mask, before);
	return ready;
}

int do_pselect(
    int n, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_pselect, FOR_EVER);

	act_on_cancellation(CALL_pselect);
	if (has_no_greenlets() || is_wild_set(mask))
		return libc.pselect(n, reads, writes, excepts, timeout, mask);
	if (goes_native(&call))
		return pselect_native(n, (fd_set *const[]){reads, writes, excepts}, timeout, mask);
	if (!lets_wait(timeout))
		return found_at_once(
		    &call, pselect_native(n, (fd_set *const[]){reads, writes, excepts}, timeout, mask));
	call.until.deadline = deadline_of(timeout);
	call.until.mask = mask;
	return select_green(&call, n, (fd_set *const[]){reads, writes, excepts});
}
synonym(pselect, do_pselect);

/* Microseconds may exceed a second here. A negative span stays an invalid one. */
static struct timespec span_of(const struct timeval *t)
{
	struct timespec span = {.tv_nsec = -1};

	if (t->tv_sec < 0 || t->tv_usec < 0)
		return span;
	if (__builtin_add_overflow(t->tv_sec, t->tv_usec / 1000000, &span.tv_sec))
		span.tv_sec = LONG_MAX;
	span.tv_nsec = t->tv_usec % 1000000 * 1000;
	return span;
}

/* Linux stores the time that is left, however the call ended. */
static void store_left(struct timeval *timeout, nanos deadline)
{
	struct timespec left = timespec_of(left_of_span(deadline));

	if (deadline == FOR_EVER)
		return;
	timeout->tv_sec = left.tv_sec;
	timeout->tv_usec = left.tv_nsec / (long)NANOS_PER_USEC;
}

int select(int n, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout)
{
	struct blocking call = blocking_until(CALL_select, FOR_EVER);
	struct timespec span = {0};
	int ready;

	if (goes_native(&call))
		return libc.select(n, reads, writes, excepts, timeout);
	if (timeout)
		span = span_of(timeout);
	if (timeout && !lets_wait(&span))
		return found_at_once(&call, libc.select(n, reads, writes, excepts, timeout));
	call.until.deadline = deadline_of(timeout ? &span : NULL);
	ready = select_green(&call, n, (fd_set *const[]){reads, writes, excepts});
	if (timeout)
		store_left(timeout, call.until.deadline);
	return ready;
}
synonym(__select, select);
