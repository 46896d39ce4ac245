/* What the raw futex call refuses: the same before there are greenlets and between them. */
#include "tests/linked/expect.h"
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>

#define NO_BITS 0
#define WILD    ((uint32_t *)16)

static uint32_t word = 1, other;
static const struct timespec soon = {0, 1000000}, wrong = {0, 1000000000}, negative = {-1, 0};

static long futex(void *address, int op, uint32_t value, const void *limit, void *second, uint32_t value3)
{
	return syscall(SYS_futex, address, op, value, limit, second, value3);
}

static void *askew(void *address)
{
	return (char *)address + 1;
}

static void refuse_waits(int flag)
{
	const int wait = FUTEX_WAIT | flag, bitset = FUTEX_WAIT_BITSET | flag;

	expect_failure("another value", futex(&word, wait, 0, NULL, NULL, 0), EAGAIN);
	expect_failure("nowhere", futex(NULL, wait, 0, NULL, NULL, 0), EFAULT);
	expect_failure("another value, with bits", futex(&word, bitset, 0, NULL, NULL, 1), EAGAIN);
	expect_failure("time runs out", futex(&word, wait, 1, &soon, NULL, 0), ETIMEDOUT);
	expect_failure("a time that is past", futex(&word, bitset, 1, &soon, NULL, 1), ETIMEDOUT);
	expect_failure(
	    "a date that is past", futex(&word, bitset | FUTEX_CLOCK_REALTIME, 1, &soon, NULL, 1), ETIMEDOUT);
	expect_failure("no bits", futex(&word, bitset, 1, &soon, NULL, NO_BITS), EINVAL);
	expect_failure("too many nanoseconds", futex(&word, wait, 1, &wrong, NULL, 0), EINVAL);
	expect_failure("too many nanoseconds, another value", futex(&word, wait, 0, &wrong, NULL, 0), EINVAL);
	expect_failure("a negative time", futex(&word, wait, 1, &negative, NULL, 0), EINVAL);
	expect_failure("a negative date", futex(&word, bitset, 1, &negative, NULL, 1), EINVAL);
	expect_failure("a wild time", futex(&word, wait, 1, WILD, NULL, 0), EFAULT);
	expect_failure("a wild word", futex(WILD, wait, 1, &soon, NULL, 0), EFAULT);
	expect_failure("a word askew", futex(askew(&word), wait, 1, &soon, NULL, 0), EINVAL);
}

static void refuse_wakes(int flag)
{
	const int wake = FUTEX_WAKE | flag, requeue = FUTEX_REQUEUE | flag, compare = FUTEX_CMP_REQUEUE | flag;

	expect_equal("nobody to wake", futex(&word, wake, 10, NULL, NULL, 0), 0);
	expect_equal("nobody to move", futex(&word, requeue, 1, (void *)1, &other, 0), 0);
	expect_equal("nobody to move, value compared", futex(&word, compare, 1, (void *)1, &other, 1), 0);
	expect_failure("another value", futex(&word, compare, 1, (void *)1, &other, 2), EAGAIN);
	expect_failure("minus one to wake", futex(&word, requeue, -1u, (void *)1, &other, 0), EINVAL);
	expect_failure("minus one to move", futex(&word, requeue, 1, (void *)-1, &other, 0), EINVAL);
	expect_failure("no bits", futex(&word, FUTEX_WAKE_BITSET | flag, 1, NULL, NULL, NO_BITS), EINVAL);
	expect_failure("a word askew", futex(askew(&word), wake, 1, NULL, NULL, 0), EINVAL);
	expect_failure("another askew", futex(&word, requeue, 1, (void *)1, askew(&other), 0), EINVAL);
	expect_failure("a wild word", futex(WILD, compare, 1, (void *)1, &other, 0), EFAULT);
	expect_failure("a clock for a wake", futex(&word, wake | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0), ENOSYS);
	expect_failure("no such operation", futex(&word, 100 | flag, 1, NULL, NULL, 0), ENOSYS);
}

static void *refuse(void *unused)
{
	refuse_waits(FUTEX_PRIVATE_FLAG);
	refuse_waits(0);
	refuse_wakes(FUTEX_PRIVATE_FLAG);
	refuse_wakes(0);
	return unused;
}

int main(void)
{
	refuse(NULL);
	must_join(must_spawn(refuse, NULL));
	return verdict();
}
