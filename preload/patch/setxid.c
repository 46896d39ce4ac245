/*
 * libc's set*id() walk a list of thread descriptors and send SIGSETXID to each but the caller's own. The list has the
 * OS threads and no greenlets. So if a greenlet calls them, its own OS thread gets the signal too, makes the system
 * call, and then the caller makes it again, which changes nothing.
 *
 * The handler clears a flag in the descriptor of the calling thread. It must find the descriptor that is in the list,
 * whichever greenlet the signal has interrupted; otherwise libc sends the signal for ever.
 */
#include "setxid.h"
#include "preload/core/blocking.h"
#include "preload/core/kernel_action.h"
#include "runtime/sched/handlers.h"

/* The second of the two signals that libc reserves below SIGRTMIN. */
#define SIGSETXID (__SIGRTMIN + 1)

static void (*libcs_handler)(int signo, siginfo_t *info, void *context);

/* All other signals are blocked meanwhile: their handlers would take the main greenlet for the running one. */
static void on_setxid(int signo, siginfo_t *info, void *context)
{
	const struct hub *hub = self ? self->hub : hub_running;
	void *own = thread_pointer();

	note_handler(signo);
	if (hub) {
		fiber_lend(hub->os.listed);
		set_thread_pointer(hub->os.listed);
	}
	libcs_handler(signo, info, context);
	if (hub)
		set_thread_pointer(own);
}

static void *do_nothing(void *unused)
{
	return unused;
}

/*
 * pthread_create installs the handler, if libc does not take the process for multi-threaded yet. It does so before it
 * checks the attributes, and no stack can have a guard of this size: no thread is created.
 */
static void have_handler_installed(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (pthread_attr_init(&attributes) != 0)
		return;
	pthread_attr_setguardsize(&attributes, SIZE_MAX);
	if (libc.pthread_create(&thread, &attributes, do_nothing, NULL) == 0)
		libc.pthread_detach(thread);
	pthread_attr_destroy(&attributes);
}

void credentials_prepare(void)
{
	struct kernel_action action = {0};

	have_handler_installed();
	if (raw_syscall(SYS_rt_sigaction, SIGSETXID, 0, (long)&action, sizeof(action.set), 0, 0) < 0 ||
	    action.handler == SIG_DFL || action.handler == SIG_IGN)
		return;
	libcs_handler = (void *)action.handler;
	action.handler = (void *)on_setxid;
	action.set = ~0ul;
	raw_syscall(SYS_rt_sigaction, SIGSETXID, (long)&action, 0, sizeof(action.set), 0, 0);
}
