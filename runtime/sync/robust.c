#include "robust.h"
#include "arch.h"
#include "parking_lot.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/tls.h"
#include "runtime/offload/proxy_thread.h"
#include <linux/futex.h>
#include <sys/syscall.h>

/* As libc keeps it in each thread's descriptor and tells the kernel: a circle of links that lie in the mutexes. */
struct robust_list_of_thread {
	uintptr_t first;
	long word_offset;  /* from a link to its mutex's futex word */
	uintptr_t pending; /* a mutex that is just being taken or given back: never while its thread ends */
};

/* The lowest bit of a link says that the mutex inherits priorities: then no thread waits by FUTEX_WAIT. */
enum { INHERITS = 1 };

/* The kernel's limit, lest a damaged list never ends. */
enum { MOST = ROBUST_LIST_LIMIT };

/* Waiters in other processes, and OS threads, are in the kernel; our own stand in line at the mutex. */
static void mark_and_wake(uint32_t *word, uint32_t owner)
{
	uint32_t state = __atomic_load_n(word, __ATOMIC_SEQ_CST), died;

	do {
		if ((state & FUTEX_TID_MASK) != owner)
			return;
		died = (state & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
	} while (!__atomic_compare_exchange_n(word, &state, died, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	if (state & FUTEX_WAITERS)
		raw_syscall(SYS_futex, (long)word, FUTEX_WAKE, 1, 0, 0, 0);
	parking_lot_wake_first(word);
}

void give_up_robust_mutexes(void)
{
	char *descriptor = (char *)thread_pointer() - glibc.descriptor_below;
	struct robust_list_of_thread *list = (void *)(descriptor + glibc.robust_head);
	uint32_t owner = (uint32_t)tls_thread_id();
	uintptr_t link, next;
	int i;

	dismiss_proxy();
	next = list->first;
	list->first = (uintptr_t)list;
	for (i = 0; i < MOST && (next & ~(uintptr_t)INHERITS) != (uintptr_t)list; i++) {
		link = next & ~(uintptr_t)INHERITS;
		next = *(uintptr_t *)link; /* before the next owner links it elsewhere */
		mark_and_wake((uint32_t *)(link + (uintptr_t)list->word_offset), owner);
	}
}
