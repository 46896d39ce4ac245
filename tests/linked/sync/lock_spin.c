/* Spin locks between greenlets and OS threads. */
#include "crew.h"

enum { ROUNDS = 200 };

static pthread_spinlock_t spin;
static long counter;
static bool let_go;

static void *count(void *unused)
{
	long seen;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		expect_equal("lock", pthread_spin_lock(&spin), 0);
		seen = counter;
		if (i % 8 == 0)
			green_yield();
		counter = seen + 1;
		expect_equal("unlock", pthread_spin_unlock(&spin), 0);
	}
	return unused;
}

/* Who has the lock waits for what a timer brings, while another spins: that one must not keep the loop from it. */
static void *hold_asleep(void *unused)
{
	expect_equal("lock", pthread_spin_lock(&spin), 0);
	green_sleep(0.01);
	let_go = true;
	expect_equal("unlock", pthread_spin_unlock(&spin), 0);
	return unused;
}

int main(void)
{
	green_t *g;

	must("pthread_spin_init", -pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	g = must_spawn(hold_asleep, NULL);
	while (pthread_spin_trylock(&spin) == 0) {
		pthread_spin_unlock(&spin);
		green_yield();
	}
	expect_equal("lock", pthread_spin_lock(&spin), 0);
	expect("it was let go", let_go);
	expect_equal("trylock", pthread_spin_trylock(&spin), EBUSY);
	expect_equal("unlock", pthread_spin_unlock(&spin), 0);
	must_join(g);
	run_crew(count, NULL);
	expect_equal("sum", counter, CREW * ROUNDS);
	expect_equal("destroy", pthread_spin_destroy(&spin), 0);
	return verdict();
}
