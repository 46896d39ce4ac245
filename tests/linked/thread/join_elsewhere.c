/* Greenlets that are joined or detached by OS threads without greenlets leave no memory behind, and none is lost. */
#include "tests/linked/expect.h"
#include "tests/resident.h"
#include <pthread.h>

enum { ROUNDS = 4000, WARM = 1500, AT_ONCE = 20 };

static pthread_t thread_of[AT_ONCE];
static int ready[2], done[2], noted;

static void *work(void *number)
{
	char *volatile bytes = malloc(1000);

	thread_of[(long)number] = pthread_self();
	noted++;
	bytes[0] = 1;
	free(bytes);
	green_yield();
	return number;
}

/* Every other one is detached, be it before or after its end. */
static void *join_all(void *unused)
{
	void *result;
	char byte;
	long i;

	while (read(ready[0], &byte, 1) == 1) {
		for (i = 0; i < AT_ONCE; i++) {
			if (i % 2) {
				expect_equal("detach", pthread_detach(thread_of[i]), 0);
				continue;
			}
			expect_equal("join", pthread_join(thread_of[i], &result), 0);
			expect_equal("result", (long)result, i);
		}
		must("write", write(done[1], "", 1));
	}
	return unused;
}

static void run_round(void)
{
	char byte;
	long i;

	noted = 0;
	for (i = 0; i < AT_ONCE; i++)
		must_spawn(work, (void *)i);
	while (noted < AT_ONCE)
		green_yield();
	must("write", write(ready[1], "", 1));
	must("read", read(done[0], &byte, 1));
}

int main(void)
{
	pthread_t thread;
	long before = 0;
	int i;

	without_huge_pages();
	must("pipe", pipe(ready));
	must("pipe", pipe(done));
	must("pthread_create", -pthread_create(&thread, NULL, join_all, NULL));
	for (i = 0; i < ROUNDS; i++) {
		if (i == WARM)
			before = must("resident_pages", resident_pages());
		run_round();
	}
	expect("the memory does not grow", resident_pages() - before < 200);
	while (green_count() > 1)
		green_yield();
	close(ready[1]);
	pthread_join(thread, NULL);
	return verdict();
}
