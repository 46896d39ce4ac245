/* CPU work on OS threads beside greenlets that wait: neither holds the other up. */
#include <greenload.h>
#include <stdint.h>
#include <stdio.h>

static int ticks;

static void *tick(void *unused)
{
	while (green_sleep(0.01) == 0)
		ticks++;
	return unused;
}

static void *count_primes(void *below)
{
	uintptr_t n, d, primes = 0;

	for (n = 2; n < (uintptr_t)below; n++) {
		for (d = 2; d * d <= n && n % d; d++)
			;
		primes += d * d > n;
	}
	return (void *)primes;
}

int main(void)
{
	static void *const limits[] = {(void *)100, (void *)1000, (void *)1000000};
	green_t *ticker = green_spawn(tick, NULL);
	void *primes;

	for (int i = 0; i < 3; i++) {
		if (green_call_on_thread(count_primes, limits[i], &primes) == 0)
			printf("primes below %zu: %zu\n", (size_t)limits[i], (size_t)primes);
	}
	printf("the clock %s\n", ticks > 3 ? "went on" : "stood still");
	return green_wait_for(ticker, 0, NULL) == 0;
}
