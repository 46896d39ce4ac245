/*
 * What is known of each descriptor, so that a wait need not ask the kernel again. Everything in here may be forgotten
 * at any time and is then learnt anew. Only what nobody else can have changed is believed: a description that this
 * process made and has not shared since (FD_PRIVATE). Of any other, O_NONBLOCK and the time limits are asked each time.
 */
#ifndef BOOKS_H
#define BOOKS_H

#include <stdbool.h>
#include <stdint.h>

enum fd_trait {
	FD_LEARNT = 1 << 0,        /* the traits up to NO_NOWAIT are known */
	FD_NONBLOCK = 1 << 1,      /* the program has set O_NONBLOCK */
	FD_RCVTIMEO = 1 << 2,      /* SO_RCVTIMEO is set */
	FD_SNDTIMEO = 1 << 3,      /* SO_SNDTIMEO is set */
	FD_SOCKET = 1 << 4,        /* a socket of any kind */
	FD_STREAM = 1 << 5,        /* a pipe or stream socket: a short count means that it is drained */
	FD_PLAIN = 1 << 6,         /* a regular file, directory or block device: never waits in the sense of poll */
	FD_NO_NOWAIT = 1 << 7,     /* preadv2 and pwritev2 refuse RWF_NOWAIT: a tty, a FIFO */
	FD_PRIVATE = 1 << 8,       /* made by this process, and since then neither duplicated, forked nor sent away */
	FD_READ_DRAINED = 1 << 9,  /* the last read took all there was: wait before the next */
	FD_WRITE_FILLED = 1 << 10, /* the last write left no room: wait before the next */
	FD_LISTENS = 1 << 11,      /* a socket that accepts connections */
	FD_RCVLOWAT = 1 << 12,     /* SO_RCVLOWAT is more than one byte */
	FD_OF_STREAM = 1 << 13,    /* of a stream that is being closed */
};

/* The traits noted of fd, 0 when none are. Never fails, never calls the kernel. */
uint32_t fd_traits(int fd);

/* Adds and removes traits; lost where there is no memory for the page. */
void fd_note(int fd, uint32_t set, uint32_t clear);

/*
 * The traits of fd with FD_LEARNT among them, asked of the kernel where they are not known. Those of the time limits
 * tell only of a private one whether there are any.
 */
uint32_t fd_learn(int fd);

/* fd is about to be closed or replaced: forgets it and ends the waits on it with EBADF. */
void fd_forget(int fd);

/* The same for all from first to last. */
void fd_forget_range(unsigned first, unsigned last);

/* A new descriptor, of a new description, whose traits up to NO_NOWAIT are these; 0: they are not known yet. */
void fd_born(int fd, uint32_t traits);

/* Somebody else has its description too, from now on. */
void fd_shared(int fd);

/* True for the descriptors of our own event loops, which the program must not close or replace. */
bool fd_is_ours(int fd);

#endif
