/*
 * The hub: what an OS thread needs to run greenlets. It has a ready queue, a libev loop with a context of its own,
 * timers, and a remote queue for wake-ups from other OS threads. Greenlets switch directly to each other. The hub's
 * context runs only if no greenlet is ready, or if the poll budget is used up, so that I/O never starves.
 */
#ifndef RUNTIME_SCHED_HUB_H
#define RUNTIME_SCHED_HUB_H

#include "pending.h"
#include "runtime/glibc/tls.h"
#include "runtime/stack/context.h"
#include "runtime/stack/stack.h"
#include "runtime/sys/internal_fds.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/sparse.h"
#include "runtime/sys/sys.h"
#include "timer.h"
#include "wait_queue.h"
/* <ev.h> has a constant of this name, <elf.h> a macro. */
#undef EV_NONE
#include <ev.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

struct hub;

enum state {
	RUNNING, /* or ready to */
	PARKED,
	PARKED_UNKILLABLE,      /* neither a kill nor a signal ends it, but handlers run meanwhile */
	PARKED_UNINTERRUPTIBLY, /* nor do they */
	ENDED,
};

/* What signal handlers have run that concern a parked greenlet. */
enum interrupted {
	BY_RESTARTING = 1, /* with SA_RESTART */
	BY_ENDING = 2,     /* without */
};

/* What jobs that greenlets have handed in need. */
enum offload_thread_wanted {
	NO_OFFLOAD_THREAD_WANTED,
	OFFLOAD_THREAD_WANTED,  /* the next greenlet that waits for a job makes one: the hub's own context must not call
				 * malloc
				 */
	OFFLOAD_THREAD_REFUSED, /* the system gives none: the hub does the jobs */
};

/* A policy and a niceness that the program has not set. */
enum {
	POLICY_OF_MAIN = UINT8_MAX,
	NICENESS_OF_MAIN = INT8_MAX,
};

/* The highest real-time priority that the kernel has. */
#define MOST_URGENT 99

/*
 * A greenlet. Unless it is said otherwise, a field is for the hub's own OS thread; an _Atomic one is for any. What each
 * switch and each park touches comes first, in two cache lines.
 */
struct greenlet {
	struct context context; /* valid while it does not run */
	struct greenlet *next;  /* in the ready queue, or in the hub's pool */
	struct hub *hub;        /* for any OS thread: constant from its spawn to its release */
	uint8_t state;          /* enum state */
	uint8_t loading;        /* inside dlopen or dlclose, how deep: calls are native there */
	uint8_t is_main;        /* constant */

	/* What ends it from outside. */
	struct {
		_Atomic uint8_t killed;
		_Atomic uint8_t cancelled; /* pthread_cancel */
		bool is_exiting;           /* in pthread_exit: it cannot be cancelled any more */
	} cancel;

	/* Its last wait. The options and the timer are valid while it is parked. */
	struct {
		_Atomic uint16_t call; /* 1 + the call that has parked it; 0: none that is known, see waits.h */
		uint8_t on_signal;     /* enum on_signal */
		bool overran;          /* the greenlet's own limit has ended it */
		bool in_turns;         /* it waits in the kernel, by itself: see wait_in_turns() */
		int outcome;           /* 0 or an errno value */
		const struct wait_options *options;
		double parked_at; /* by the clock of the hub's loop_now */
		nanos limit;      /* when all its waits end, by the timeouts below; FOR_EVER: there are none */
		struct timer timer;
		_Atomic(const void *) address; /* of the parking lot, where it stands in one: see waits.c */
	} wait;

	/* Its signals. */
	struct {
		uint64_t blocked;            /* its mask */
		struct pending pending;      /* sent to it alone; any OS thread */
		_Atomic uint8_t interrupted; /* since it was parked: enum interrupted */
		bool has_altstack;
		uint64_t awaits;               /* what it waits for, as by sigwait */
		uint64_t claimed;              /* of the pending ones, those for the process: they may go to another */
		const siginfo_t *redelivering; /* that it is sending to itself from what was sent to it; NULL: none */
		stack_t altstack;              /* its own alternate stack, if it has one */
	} sig;

	/* How it is scheduled. */
	struct {
		uint8_t policy, priority; /* as pthread_setschedparam was told */
		uint8_t urgency;          /* its real-time priority: set_urgency(); 0: none */
		int8_t niceness;          /* as setpriority was told */
		bool sliced;              /* it can be preempted in the middle of what it does, see preempt.h */
		bool is_preempted;        /* its slice has ended in the midst of what it computes, and it is ready */
		cpu_set_t *processors;    /* as pthread_setaffinity_np was told; NULL: nothing */
	} prio;

	/* How other OS threads wake it. */
	struct {
		_Atomic uint8_t is_queued;
		struct greenlet *next; /* valid while it is queued */
	} remote;

	/* What holds off timeouts, kills and cancellations. */
	struct {
		unsigned depth;      /* of sections that no kill and no timeout ends */
		nanos limit;         /* to be put back at the end of the outermost of them */
		uintptr_t no_points; /* the frame of the call in which nothing is a cancellation point; 0: none */
	} shield;
	struct green_timeout *timeouts; /* those begun and not ended, the innermost first */

	struct waiter waiter; /* in the queue of the one descriptor that it waits for */

	/* From its spawn to its end. */
	struct {
		void *(*run)(void *);
		void *value;              /* its argument, then its result */
		int error;                /* what green_fail() was told */
		struct greenlet *joiner;  /* waits for its end */
		_Atomic uint32_t ended;   /* the same for pthread_join, which waits by this address */
		_Atomic bool is_joined;   /* a joiner has come */
		_Atomic uint8_t releases; /* of the two that are needed: its end, and a join or that it was detached */
		uint8_t detached;
		bool has_begun, has_returned; /* its function */
		bool is_released;             /* there is no handle of it any more */
		struct exit_hook *exit_hooks; /* in order */
		int *cleared_at_end;          /* as set_tid_address(2) was told; NULL: nothing */
		int end_fd;                   /* becomes readable at its end, borrowed; 0: there is none */
		int end_peer; /* its end closes this one, borrowed; 0: end_fd is an eventfd, and is written to */
	} life;

	/* Its stack, as the program sees it. */
	struct {
		struct stack stack;
		void *low, *high;        /* for calls: of our stack the rest holds this; or the program's own */
		size_t size, guard_size; /* as they were asked for */
		bool is_given;           /* by the program */
	} mem;

	/* By what it is known; constant but for the name. */
	struct {
		uint64_t number,
		    parent;  /* which one of the hub's it is, by its spawn, and by which: 0 is the main one */
		uint32_t id; /* its thread id is made from it: the stack's and, from MAX_STACKS on, how often that was
				used */
		char name[16];
		bool is_named; /* name holds it, be it empty; else it goes by that of its OS thread */
	} ident;

	struct greenlet *next_living, *previous_living; /* in the hub's list */
};

/*
 * A hub. Unless it is said otherwise, a field is for its own OS thread; an _Atomic one is for any. What each switch
 * touches comes first.
 */
struct hub {
	struct {
		struct greenlet *first, **last;
		size_t count;
	} ready;
	double loop_now;    /* when the loop was last polled, by its own clock */
	size_t poll_budget; /* switches until the loop is polled again */
	unsigned urgent;    /* the highest urgency of its greenlets, ready or not; 0: none has one */
	uint8_t idle_calls; /* see give_way() */
	bool poll_is_asked; /* the budget was cut short: it says nothing of how quick the switches are */
	size_t alive;       /* greenlets that have not ended, including the main one until end_main() */
	uint64_t switches;
	size_t usual_poll_budget; /* what the budget starts from */
	nanos looked;             /* when it was last used up */
	unsigned self_yields;     /* how often in a row an urgent one has given way to none but itself */
	struct context context;   /* its own; valid while it does not run */

	/* Preemption, see preempt.h. */
	struct {
		volatile bool preempt_pending; /* the next call is to give way */
		bool has_timers;
		bool is_running;        /* the timer */
		int timer, retry_timer; /* the kernel's numbers */
		unsigned retries;       /* since the timer has ticked */
		uint64_t ticked;        /* what `switches` was when it ticked last */
		uint64_t count;         /* that ended in the middle of the program's code */
	} slice;

	/* Signals of its OS thread and its greenlets. */
	struct {
		_Atomic bool needs_care; /* a greenlet has an alternate stack, or was sent signals: see switch_away() */
		_Atomic bool is_signalled; /* there is something for deliver_signals() to do */
		_Atomic bool was_stopped;  /* the process has been stopped, and goes on: see note_stop() */
		size_t altstacks;          /* how many greenlets have an alternate signal stack of their own */
		stack_t altstack;          /* for those that have none */
		const struct greenlet *altstack_owner; /* whose the kernel knows; NULL: the hub's */
		size_t masks;                          /* of how many greenlets the masks are counted */
		size_t blocks_in_all;                  /* the sum of blocks[], see mask.c */
		uint32_t blocks[64];                   /* how many of them block each signal */
		uint64_t kernel_mask;                  /* what the kernel blocks in the OS thread, as far as we know */
		uint64_t awaited;                      /* what greenlets wait for, as by sigwait */
		uint64_t watched;                      /* what of it the signalfd has been told */
		int fd;                                /* the signalfd; -1: there is none yet */
		ev_io watcher;
		ev_timer timer; /* in its place, where it is refused */
		struct pending
		    pending; /* for the process, that the greenlet blocked which was running; any OS thread */
	} sig;

	/* The event loop, and what waits in it. */
	struct {
		struct ev_loop *loop;
		struct timers timers;
		ev_io timer_watcher;
		ev_timer coarse_timer; /* in the place of the timerfd, where that is refused: exact to a millisecond */
		int timer_fd;          /* -1: refused */
		int epoll_fd;          /* the loop's, where libev has made one, else -1 */
		bool lost_epoll;       /* a filter refuses epoll now: the loop is to be made anew, without */
		nanos armed;           /* what the timerfd is set to; FOR_EVER: nothing */
		struct sparse watches; /* of struct fd_watch, by descriptor; another OS thread reads it with the lock */
		struct lock watches_lock; /* its own OS thread takes it to change the table */
		_Atomic(struct notice *) notices;
		struct ring *ring; /* of requests to the kernel; NULL: there is none yet */
	} io;

	/* What other OS threads and signal handlers leave. */
	struct {
		_Atomic(struct greenlet *) queue; /* to be woken, the last first */
		_Atomic bool is_sent;             /* the wake-up, and not taken yet */
		_Atomic bool wakes_parking_lot;   /* see parking_lot.c */
		ev_io watcher;
		int fd;       /* an eventfd of our own: where there is none to be had, ev_async would abort */
		int write_fd; /* what is written to: the same, or a pipe's other end where eventfds are refused */
	} remote;

	/* Its OS thread. */
	struct {
		int tid;             /* also for readers in other processes, see description.c */
		const int *tid_word; /* holds the same until the OS thread has ended */
		bool is_main;        /* of the process */
		void *listed;        /* the thread pointer by which libc lists the OS thread */
	} os;

	struct greenlet *living;             /* that have not ended, the main one aside */
	struct greenlet main;                /* the OS thread's own flow of control */
	struct greenlet *pool;               /* ended ones with their stacks, for the next spawns */
	_Atomic(struct greenlet *) returned; /* the same, from other OS threads */
	struct greenlet *leaving;            /* ends on the program's own stack: it has ended once the hub runs */
	size_t pool_count, idlers;           /* the latter wait for all others to be done, see green_idle() */
	size_t peak;
	uint64_t spawned;
	uint8_t offload_thread_wanted;          /* enum offload_thread_wanted */
	unsigned with_urgency[MOST_URGENT + 1]; /* how many greenlets have each urgency but 0 */

	struct stack stack;
	int start_error;  /* of opening the loop */
	bool stale;       /* this is the child of a fork: the loop is the parent's */
	struct hub *next; /* in the list of all hubs; guarded by hubs_lock */
};

/* The list of all hubs grows at its head, and a hub stays in it. The lock guards additions and walks. */
extern struct hub *all_hubs;
extern struct lock hubs_lock;

/* The calling greenlet. NULL on the hub's own context and on OS threads that host none: there, every call is native. */
extern __thread struct greenlet *self __attribute__((tls_model("initial-exec"), visibility("hidden")));

/*
 * The greenlet that is this thread to the program. NULL for a thread of the system's, be it that it hosts greenlets of
 * its own; but the main thread of the process counts as one once it does.
 */
struct greenlet *greenlet_of(pthread_t thread);

/*
 * The greenlet that is alive and has this thread id; NULL: none has, be it that a thread of the system's has.
 * Async-signal-safe.
 */
struct greenlet *greenlet_of_id(int thread_id);

/* The thread id of g, and the kernel's id of the OS thread on which it runs. */
pid_t thread_id_of(const struct greenlet *g);
pid_t kernel_id_of(const struct greenlet *g);

/* What pthread_self() answers in g. */
pthread_t thread_of(const struct greenlet *g);

/* The hub whose own context is running; NULL in greenlets and elsewhere. */
extern __thread struct hub *hub_running __attribute__((tls_model("initial-exec"), visibility("hidden")));

/*
 * Appends g to the ready queue. On the hub's own OS thread.
 *
 * Where greenlets have real-time priorities (SCHED_FIFO, SCHED_RR) the queue is in the order of these, the others last,
 * and in the order of arrival among equals, as sched(7) says. A running greenlet gives way to a more urgent one that
 * becomes ready: before the call returns that has made it ready (give_way_to_urgent), or else at the end of its slice.
 */
void make_ready(struct greenlet *g);

/* The same, before its equals: for one that a more urgent one has interrupted. */
void make_ready_first(struct greenlet *g);

/*
 * The same for the caller, which gives way of its own accord. As the kernel leaves a part of the time to ordinary
 * threads whatever the urgent ones do, one that gives way to none but itself many times in a row comes last for once.
 */
void make_ready_to_yield(struct greenlet *g);

/*
 * g, of the caller's hub, has this real-time priority from now on, 0 being none. If it is ready, it comes before its
 * new equals if it was more urgent, else behind them. If it waits in a line, see parking_lot_follow_urgency().
 */
void set_urgency(struct greenlet *g, unsigned urgency);

/* True when a greenlet of the caller's hub, ready or not, is more urgent than the caller. */
static inline bool is_outranked(void)
{
	return self && self->hub->urgent > self->prio.urgency;
}

/* The main greenlet has the policy and the priority that the kernel has for its OS thread, which is the caller's. */
void follow_kernel_urgency(struct hub *hub);

/* Whether g keeps the processor though its slice is over and others of its urgency are ready: SCHED_FIFO. */
bool is_first_in_first_out(const struct greenlet *g);

/* Takes the first out of the ready queue, which may be empty: NULL. */
static inline struct greenlet *take_ready(struct hub *hub)
{
	struct greenlet *g = hub->ready.first;

	if (!g)
		return NULL;
	hub->ready.first = g->next;
	if (!hub->ready.first)
		hub->ready.last = &hub->ready.first;
	hub->ready.count--;
	return g;
}

/* Ends the park of g with this outcome if it is parked and the outcome can. On the hub's own OS thread. */
void wake(struct greenlet *g, int outcome);

/* The same, and it runs ahead of all that are ready, but for more urgent ones. */
void wake_first(struct greenlet *g, int outcome);

/* The next switch of the calling greenlet goes to the hub, which looks at the loop. */
void poll_soon(struct hub *hub);

/* Makes sure that the loop is this process's own. Called by a greenlet; may switch. Returns 0 or an errno value. */
int hub_refresh(struct hub *hub);

/*
 * Leaves the calling greenlet for the next ready one, or for the hub if none is ready or the loop is due. Returns
 * when another context switches back.
 */
void switch_away(void);

/* Makes the hub wake g if it is parked, from any OS thread. */
void remote_wake(struct greenlet *g);

/* Makes the hub look at what was left for it. From any OS thread; async-signal-safe. */
void wake_hub(struct hub *hub);

/* Has a hub call the first of every line in the parking lot. For a signal handler that must not do it itself. */
void wake_parking_lot_later(void);

/* Handles what the inbox holds; a greenlet calls it before it ends, lest the inbox refer to it. */
void take_remote_queue(struct hub *hub);

/* True for a greenlet that was cancelled, has cancellation enabled and has not begun to exit. */
static inline bool is_to_be_cancelled(const struct greenlet *g)
{
	return __builtin_expect(g->cancel.cancelled, 0) && !g->cancel.is_exiting &&
	       !(tls_cancel_state(g->context.thread_pointer) & TLS_CANCEL_DISABLED);
}

/* The same for asynchronous cancellation: the greenlet ends wherever it is. */
static inline bool is_to_be_cancelled_at_once(const struct greenlet *g)
{
	return is_to_be_cancelled(g) && (tls_cancel_state(g->context.thread_pointer) & TLS_CANCEL_ASYNC);
}

/* Ends the calling greenlet, which is to be cancelled: see park(). Set before the first greenlet is cancelled. */
extern void (*end_cancelled)(void);

/* True when the blocking calls of g are to end: it was killed, or cancelled and lets that be. */
static inline bool must_end(const struct greenlet *g)
{
	return (g->cancel.killed && !g->shield.depth) || is_to_be_cancelled(g);
}

/* True when there is a reason to park: other greenlets live on this one's hub, or a timeout is to end its calls. */
static inline bool has_reason_to_park(const struct greenlet *g)
{
	return g->hub->alive > 1 || g->wait.limit != FOR_EVER;
}

/*
 * On the hub's own context: moves fd, which libev or we have just made, out of the program's way; see internal_fds.h.
 * Returns the new number. Anywhere else, and where it cannot be moved, returns fd.
 */
static inline int hub_adopt_fd(int fd)
{
	return hub_running && fd >= 0 ? adopt_fd(fd) : fd;
}

/* For the reports: sums over all hubs. */
struct hub_counts {
	uint64_t spawned, switches, slices;
	size_t peak;
};

struct hub_counts hub_count_all(void);

/* Adds one to them; in the child of a fork, there is at most the one. */
void note_hub(struct hub *hub);
void note_only_hub(struct hub *hub);

/* One of them; NULL when no OS thread has ever spawned a greenlet. */
struct hub *any_hub(void);

/* True when there are hubs besides this one, which may be NULL. */
bool hubs_elsewhere(const struct hub *own);

/* Calls f with each hub; no hub comes or goes meanwhile. */
void for_each_hub(void (*f)(struct hub *hub, void *arg), void *arg);

#endif
