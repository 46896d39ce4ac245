/*
 * As before Linux 6.13, where the guard of a stack splits a mapping: more greenlets than the process may have mappings
 * for, and the program's own mmap and malloc.
 */
#include "tests/linked/expect.h"
#include "tests/refuse.h"
#include <sys/mman.h>
#include <sys/syscall.h>

static long begun;

static void *last(void *unused)
{
	begun++;
	while (green_sleep(1000) == 0)
		;
	return unused;
}

static long read_limit(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
	long limit = 0;

	if (file && fscanf(file, "%ld", &limit) != 1)
		limit = 0;
	if (file)
		fclose(file);
	return limit;
}

/* Two neighbours that do not differ would be one. */
static long map_alternately(long count)
{
	long done;

	for (done = 0; done < count; done++) {
		int protection = done % 2 ? PROT_READ : PROT_READ | PROT_WRITE;

		if (mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			break;
	}
	return done;
}

int main(void)
{
	static const unsigned guard_install = 102, advice = 2;
	long limit = read_limit(), count = limit / 2 + 5000, i;
	void *large;

	/* Some systems have a limit in the millions. */
	if (!limit || limit > 100000 || !refuse_argument(SYS_madvise, advice, guard_install, EINVAL))
		return SKIPPED;
	for (i = 0; i < count; i++) {
		if (!green_spawn(last, NULL))
			break;
	}
	expect_equal("spawned", i, count);
	while (begun < i)
		green_yield();
	expect_equal("mapped", map_alternately(limit / 2 - 5000), limit / 2 - 5000);
	large = malloc(64 << 20);
	expect("malloc", large);
	free(large);
	return verdict();
}
