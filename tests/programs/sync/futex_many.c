/* parks: syscall */
/* futex_waitv, and the younger futex calls: one that waits for several words is woken by any. */
#include "tests/programs/say.h"
#include <linux/futex.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
enum { WAKE = 454, WAIT = 455, REQUEUE = 456, WORD_32 = 2, WORDS = 3 };

static uint32_t *words;

/* What sleeps may be the parent's first thread, and the one that waits for the word not be there yet. */
static int wake_second(void *unused)
{
	long woken;

	(void)unused;
	until_asleep(getppid());
	while ((woken = syscall(SYS_futex, &words[1], FUTEX_WAKE, 1, NULL, NULL, 0)) == 0)
		msleep(1);
	__atomic_store_n(&words[1], 1, __ATOMIC_SEQ_CST);
	return woken == 1 ? 0 : 1;
}

static void wait_for_many(void)
{
	struct futex_waitv waiters[WORDS] = {0};
	struct timespec past = {1, 0};
	pid_t child;

	for (int i = 0; i < WORDS; i++)
		waiters[i] = (struct futex_waitv){.uaddr = (uintptr_t)&words[i], .flags = FUTEX_32};
	child = start_child(wake_second, NULL);
	say("waitv", syscall(SYS_futex_waitv, waiters, WORDS, 0, NULL, 0));
	end_child(child);
	say("another value", syscall(SYS_futex_waitv, waiters, WORDS, 0, NULL, 0));
	words[1] = 0;
	say("past", syscall(SYS_futex_waitv, waiters, WORDS, 0, &past, CLOCK_MONOTONIC));
	say("none", syscall(SYS_futex_waitv, waiters, 0, 0, NULL, 0));
	say("nowhere", syscall(SYS_futex_waitv, NULL, 1, 0, NULL, 0));
	say("flags", syscall(SYS_futex_waitv, waiters, WORDS, 1, NULL, 0));
	waiters[2].uaddr = 1;
	say("not aligned", syscall(SYS_futex_waitv, waiters, WORDS, 0, NULL, 0));
}

static int wake_first(void *unused)
{
	long woken;

	(void)unused;
	until_asleep(getppid());
	while ((woken = syscall(WAKE, &words[0], 1ul, 1, WORD_32)) == 0)
		msleep(1);
	return woken == 1 ? 0 : 1;
}

static void use_younger(void)
{
	struct timespec past = {1, 0};
	pid_t child = start_child(wake_first, NULL);

	say("wait", syscall(WAIT, &words[0], 0ul, 1ul, WORD_32, NULL, 0));
	end_child(child);
	say("another value", syscall(WAIT, &words[0], 1ul, 1ul, WORD_32, NULL, 0));
	say("past", syscall(WAIT, &words[0], 0ul, 1ul, WORD_32, &past, CLOCK_REALTIME));
	say("no bits", syscall(WAIT, &words[0], 0ul, 0ul, WORD_32, NULL, 0));
	say("no size", syscall(WAIT, &words[0], 0ul, 1ul, 0x40, NULL, 0));
	say("wake nobody", syscall(WAKE, &words[0], 1ul, 1, WORD_32));
	say("wake none", syscall(WAKE, &words[0], 1ul, 0, WORD_32));
	say("requeue nowhere", syscall(REQUEUE, NULL, 0, 1, 1));
}

int main(void)
{
	words = mmap(NULL, WORDS * sizeof(*words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", words == MAP_FAILED ? -1 : 0);
	wait_for_many();
	if (syscall(WAKE, &words[0], 1ul, 0, WORD_32) < 0 && errno == ENOSYS)
		return 0;
	use_younger();
	return 0;
}
