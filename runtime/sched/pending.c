#include "pending.h"
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#define ROOM 1024

/* The kernel's first real-time signal; libc's SIGRTMIN lies above those that it keeps to itself. */
#define FIRST_QUEUED 32

enum { FREE, BUSY, KEPT };

static struct kept {
	_Atomic int state;
	int signo;
	struct pending *of;
	uint64_t turn; /* which came first */
	siginfo_t info;
} room[ROOM];

static _Atomic size_t used; /* none lies above */
static _Atomic size_t kept_in_all;
static _Atomic uint64_t turns;

static struct kept *find_room(void)
{
	size_t i, known;

	for (i = 0; i < ROOM; i++) {
		int state = FREE;

		if (!atomic_compare_exchange_strong(&room[i].state, &state, BUSY))
			continue;
		known = atomic_load(&used);
		while (known <= i && !atomic_compare_exchange_weak(&used, &known, i + 1))
			;
		return &room[i];
	}
	return NULL;
}

static struct kept *keep(struct pending *pending, int signo, const siginfo_t *info)
{
	struct kept *kept = find_room();

	if (!kept)
		return NULL;
	kept->signo = signo;
	kept->of = pending;
	kept->turn = atomic_fetch_add(&turns, 1);
	kept->info = *info;
	atomic_fetch_add(&kept_in_all, 1);
	atomic_store(&kept->state, KEPT);
	return kept;
}

/* Another thread may have done so meanwhile. */
static void let_go(struct kept *kept)
{
	int state = KEPT;

	if (atomic_compare_exchange_strong(&kept->state, &state, FREE))
		atomic_fetch_sub(&kept_in_all, 1);
}

bool pending_is_short(void)
{
	return atomic_load_explicit(&kept_in_all, memory_order_relaxed) >= ROOM / 2;
}

static bool is_one(const struct kept *kept, const struct pending *pending, int signo)
{
	return atomic_load(&kept->state) == KEPT && kept->of == pending && kept->signo == signo;
}

/* A timer has one signal pending at most; what it would send besides counts as overrun of that. */
static bool is_overrun(const struct pending *pending, int signo, const siginfo_t *info)
{
	if (info->si_code != SI_TIMER || !(atomic_load(&pending->signals) & signal_bit(signo)))
		return false;
	for (size_t i = 0; i < atomic_load(&used); i++) {
		siginfo_t *kept = &room[i].info;

		if (!is_one(&room[i], pending, signo) || kept->si_code != SI_TIMER ||
		    kept->si_timerid != info->si_timerid)
			continue;
		if (kept->si_overrun < INT_MAX - info->si_overrun)
			kept->si_overrun += 1 + info->si_overrun;
		return true;
	}
	return false;
}

int pending_add(struct pending *pending, int signo, const siginfo_t *info)
{
	struct kept *kept;

	if (is_overrun(pending, signo, info))
		return 0;
	if (signo < FIRST_QUEUED && (atomic_load(&pending->signals) & signal_bit(signo)))
		return 0;
	kept = keep(pending, signo, info);
	if (!kept && signo >= FIRST_QUEUED)
		return EAGAIN;
	/* Another thread may have sent the same meanwhile. */
	if ((atomic_fetch_or(&pending->signals, signal_bit(signo)) & signal_bit(signo)) && kept && signo < FIRST_QUEUED)
		let_go(kept);
	return 0;
}

/* The oldest, and how many there are. */
static struct kept *find(const struct pending *pending, int signo, int *count)
{
	struct kept *oldest = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < atomic_load(&used); i++) {
		if (!is_one(&room[i], pending, signo))
			continue;
		++*count;
		if (!oldest || room[i].turn < oldest->turn)
			oldest = &room[i];
	}
	return oldest;
}

bool pending_take(struct pending *pending, int signo, siginfo_t *info)
{
	struct kept *kept;
	int count;

	if (!(atomic_fetch_and(&pending->signals, ~signal_bit(signo)) & signal_bit(signo)))
		return false;
	kept = find(pending, signo, &count);
	if (count > 1)
		atomic_fetch_or(&pending->signals, signal_bit(signo));
	if (!kept) {
		memset(info, 0, sizeof(*info));
		info->si_signo = signo;
		return signo < FIRST_QUEUED;
	}
	*info = kept->info;
	info->si_signo = signo;
	let_go(kept);
	return true;
}

void pending_move(struct pending *from, struct pending *to, int signo)
{
	siginfo_t info;

	while (pending_take(from, signo, &info))
		pending_add(to, signo, &info);
}

void pending_forget_timer(int timer)
{
	int count;

	for (size_t i = 0; i < atomic_load(&used); i++) {
		struct pending *of = room[i].of;
		int signo = room[i].signo;

		if (atomic_load(&room[i].state) != KEPT || room[i].info.si_code != SI_TIMER ||
		    room[i].info.si_timerid != timer)
			continue;
		let_go(&room[i]);
		if (!find(of, signo, &count))
			atomic_fetch_and(&of->signals, ~signal_bit(signo));
	}
}

void pending_drop(struct pending *pending)
{
	size_t i;

	if (!atomic_exchange(&pending->signals, 0))
		return;
	for (i = 0; i < atomic_load(&used); i++) {
		if (atomic_load(&room[i].state) == KEPT && room[i].of == pending)
			let_go(&room[i]);
	}
}
