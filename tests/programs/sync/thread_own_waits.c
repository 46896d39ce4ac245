/* patch: all */
/* Threads of code that waits by system calls of its own, which nobody sees: they are to go on beside each other. */
#include "tests/programs/say.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>

enum { THREADS = 4 };

static int word, arrived;

#if defined(__x86_64__)

static long own_futex(int *address, int operation, long value)
{
	register long r10 __asm__("r10") = 0;
	long result;

	/* What follows, code that looks for system calls cannot foresee: compilers put anything there. */
	__asm__ volatile("mov %1, %%eax\n\tsyscall\n\tcld"
			 : "=&a"(result)
			 : "i"(SYS_futex), "D"(address), "S"(operation), "d"(value), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

static long own_futex(int *address, int operation, long value)
{
	register long x0 __asm__("x0") = (long)address;
	register long x1 __asm__("x1") = operation;
	register long x2 __asm__("x2") = value;
	register long x3 __asm__("x3") = 0;

	__asm__ volatile("mov x8, %1\n\tsvc 0" : "+r"(x0) : "i"(SYS_futex), "r"(x1), "r"(x2), "r"(x3) : "x8", "memory");
	return x0;
}

#else

static long own_futex(int *address, int operation, long value)
{
	return syscall(SYS_futex, address, operation, value, NULL);
}

#endif

static void *arrive_and_wait(void *unused)
{
	if (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) == THREADS) {
		__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
		own_futex(&word, FUTEX_WAKE_PRIVATE, THREADS);
	}
	while (!__atomic_load_n(&word, __ATOMIC_SEQ_CST))
		own_futex(&word, FUTEX_WAIT_PRIVATE, 0);
	return unused;
}

int main(void)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		must("pthread_create", pthread_create(&threads[i], NULL, arrive_and_wait, NULL));
	for (i = 0; i < THREADS; i++)
		say("join", pthread_join(threads[i], NULL));
	say("arrived", arrived);
	return 0;
}
