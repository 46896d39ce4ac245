/*
 * What is known about each descriptor, so that a wait need not ask the kernel again. Everything in here may be
 * forgotten at any time and is then learnt again. It is trusted only for a description that nothing else can have
 * changed: one that this process made and has not shared since (FD_PRIVATE). For any other, O_NONBLOCK and the time
 * limits are asked each time. A number that was made by a call which we do not see (FD_KNOWN is missing) may have been
 * closed and opened again in the same way: its kind is asked each time, and a wait asks the kernel whether it watches
 * that file, see poller_check().
 */
#ifndef PRELOAD_CORE_FD_TABLE_H
#define PRELOAD_CORE_FD_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fd_trait {
	FD_LEARNT = 1 << 0,    /* the traits up to NO_NOWAIT are known */
	FD_NONBLOCK = 1 << 1,  /* the program has set O_NONBLOCK */
	FD_RCVTIMEO = 1 << 2,  /* SO_RCVTIMEO is set */
	FD_SNDTIMEO = 1 << 3,  /* SO_SNDTIMEO is set */
	FD_SOCKET = 1 << 4,    /* a socket of any kind */
	FD_STREAM = 1 << 5,    /* a pipe or stream socket: a short count means that it is drained */
	FD_PLAIN = 1 << 6,     /* a regular file, directory or block device: never waits as far as poll is concerned */
	FD_NO_NOWAIT = 1 << 7, /* preadv2 and pwritev2 refuse RWF_NOWAIT: a tty, a FIFO */
	FD_PRIVATE = 1 << 8,   /* made by this process, and since then neither duplicated, forked nor sent away */
	FD_READ_DRAINED = 1 << 9,  /* the last read took all there was: wait before the next */
	FD_WRITE_FILLED = 1 << 10, /* the last write left no room: wait before the next */
	FD_LISTENS = 1 << 11,      /* a socket that accepts connections, or an epoll instance that was given one */
	FD_RCVLOWAT = 1 << 12,     /* SO_RCVLOWAT is more than one byte */
	FD_OF_STREAM = 1 << 13,    /* of a stream that is being closed */
	FD_DIRECT = 1 << 14,       /* a file that is read past the page cache: each read waits for the disk */
	FD_TERMINAL = 1 << 15,     /* may stop a caller in the background */
	FD_KNOWN = 1 << 16,        /* made by a call that we have seen: the number means what we think it does */
	FD_MAY_LINGER = 1 << 17,   /* SO_LINGER may be set, with a time: its close must ask */
};

/* The entry of one descriptor in the table. */
struct fd_entry {
	_Atomic uint32_t traits;
};

/* The table has pages, which are allocated on first use and never freed. */
#define FD_PAGE  1024
#define FD_PAGES (1u << 20) /* the kernel's highest limit is 2^30 descriptors */

extern _Atomic(struct fd_entry *) fd_pages[FD_PAGES];

/* The entry of fd, which stays valid whatever happens to fd; NULL if nothing was ever noted nearby. */
static inline struct fd_entry *fd_entry(int fd)
{
	struct fd_entry *page;

	if ((unsigned)fd >= FD_PAGES * FD_PAGE)
		return NULL;
	page = atomic_load_explicit(&fd_pages[(unsigned)fd / FD_PAGE], memory_order_acquire);
	return page ? &page[(unsigned)fd % FD_PAGE] : NULL;
}

static inline uint32_t entry_traits(const struct fd_entry *entry)
{
	return atomic_load_explicit(&entry->traits, memory_order_relaxed);
}

/* Adds and removes traits. */
static inline void entry_note(struct fd_entry *entry, uint32_t set, uint32_t clear)
{
	atomic_store_explicit(&entry->traits, (entry_traits(entry) & ~clear) | set, memory_order_relaxed);
}

/* The traits noted for fd, 0 if there are none. Never fails, never calls the kernel. */
static inline uint32_t fd_traits(int fd)
{
	const struct fd_entry *entry = fd_entry(fd);

	return entry ? entry_traits(entry) : 0;
}

/* Adds and removes traits of fd. They are lost if there is no memory for the page. */
void fd_note(int fd, uint32_t set, uint32_t clear);

/* The slow path of fd_learn(), if the traits noted are incomplete. */
uint32_t fd_ask(int fd, uint32_t noted);

/*
 * The traits of fd, with FD_LEARNT among them; entry is its entry, or NULL. Asks the kernel if they are not known.
 * FD_RCVTIMEO and FD_SNDTIMEO are reliable only for a private description.
 */
static inline uint32_t entry_learn(const struct fd_entry *entry, int fd)
{
	const uint32_t for_good = FD_LEARNT | FD_PRIVATE;
	uint32_t traits = entry ? entry_traits(entry) : 0;

	return (traits & for_good) == for_good ? traits : fd_ask(fd, traits);
}

static inline uint32_t fd_learn(int fd)
{
	return entry_learn(fd_entry(fd), fd);
}

/*
 * fd was closed in a way that we have not seen, or is one of our own that has no waiters: forgets it, and ends the
 * waits on it with EBADF.
 */
void fd_forget(int fd);

/*
 * The descriptors are about to be closed or replaced: forgets them; the waits on them continue, see poller_closing().
 */
void fd_closing(int fd);
void fd_closing_range(unsigned first, unsigned last);

/* A new descriptor, of a new description, whose traits up to NO_NOWAIT are these; 0: they are not known yet. */
void fd_born(int fd, uint32_t traits);

/* The same for a descriptor that may be of an old description, or of one that other processes share. */
void fd_made(int fd);

/* One more than the highest descriptor about which anything may be noted; at least FD_PAGE. */
unsigned fd_noted_end(void);

/* True if the number may have been made and closed by calls that we do not see. The standard descriptors are known. */
static inline bool is_unknown(int fd, uint32_t traits)
{
	return !(traits & FD_KNOWN) && fd > 2;
}

extern _Atomic bool fds_linger; /* the program has set SO_LINGER, with a time, on a descriptor */

extern _Atomic bool fds_listen; /* the program has called listen() */

/*
 * True if SO_LINGER may be set on fd. On a private description it was set by fd's own number; otherwise it may have
 * been set by the number of a duplicate. Never calls the kernel.
 */
static inline bool fd_may_linger(int fd)
{
	uint32_t traits = fd_traits(fd);

	if (fd < 0)
		return false;
	if ((traits & (FD_MAY_LINGER | FD_KNOWN)) != FD_KNOWN)
		return true;
	return !(traits & FD_PRIVATE) && atomic_load_explicit(&fds_linger, memory_order_relaxed);
}

/*
 * From now on no number is known: the program has io_uring instances, by which the kernel makes and closes descriptors
 * without a call that we see.
 */
void fd_doubt_all(void);

/* A terminal's mode has changed: wakes the waiters on all terminals spuriously, as reads depend on the mode. */
void fd_terminal_changed(void);

/* From now on, another descriptor or process shares its description. */
void fd_shared(int fd);

/* True for the descriptors of our own event loops, which the program must not close or replace. */
bool fd_is_ours(int fd);

#endif
