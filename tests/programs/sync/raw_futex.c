/* parks: syscall */
/* The raw futex call between threads, as the locks of other languages' libraries make it. */
#include "tests/programs/say.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>

static uint32_t word;

static long futex(int op, uint32_t value, const struct timespec *limit)
{
	return syscall(SYS_futex, &word, op, value, limit, NULL, FUTEX_BITSET_MATCH_ANY);
}

/* Changes the word, and wakes until somebody was: he may still be on his way. */
static void *wake_one(void *op)
{
	until_asleep(getpid());
	__atomic_add_fetch(&word, 1, __ATOMIC_SEQ_CST);
	while (futex((int)(intptr_t)op, 1, NULL) == 0)
		msleep(1);
	return NULL;
}

static void wait_for_change(const char *what, int wait, int wake)
{
	uint32_t before = word;
	pthread_t waker;

	must("pthread_create", -pthread_create(&waker, NULL, wake_one, (void *)(intptr_t)wake));
	say(what, futex(wait, before, NULL));
	say("another value", futex(wait, before, NULL));
	say_whether("the word has changed", word == before + 1);
	say_error("pthread_join", pthread_join(waker, NULL));
}

int main(void)
{
	struct timespec soon = {0, 10000000};

	wait_for_change("FUTEX_WAIT_PRIVATE", FUTEX_WAIT_PRIVATE, FUTEX_WAKE_PRIVATE);
	wait_for_change("FUTEX_WAIT_BITSET_PRIVATE", FUTEX_WAIT_BITSET_PRIVATE, FUTEX_WAKE_BITSET_PRIVATE);
	wait_for_change("FUTEX_WAIT", FUTEX_WAIT, FUTEX_WAKE);
	say("FUTEX_WAIT_PRIVATE for a time", futex(FUTEX_WAIT_PRIVATE, word, &soon));
	say("FUTEX_WAIT for a time", futex(FUTEX_WAIT, word, &soon));
	say("FUTEX_WAKE_PRIVATE of nobody", futex(FUTEX_WAKE_PRIVATE, 1, NULL));
	return 0;
}
