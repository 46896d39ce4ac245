#include "exit_thread.h"
#include "libc.h"
#include "runtime/glibc/tls.h"
#include "runtime/lifecycle/exit.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/wait_cleanup.h"

static pthread_key_t at_end_of_main;

/*
 * pthread_exit in the main greenlet: libc has unwound its stack and runs the destructors of its keys. Those that are
 * left of the rounds run here, because libc would then end the OS thread, or the process if that has no other thread.
 * thread_local destructors do not run: libc leaves them to exit(), which a main thread calls only if it is the last.
 */
static void end_main_in_destructor(void *unused)
{
	(void)unused;
	tls_finish_key_destructors(at_end_of_main);
	end_main(self->hub);
}

static void make_key(void)
{
	pthread_key_create(&at_end_of_main, end_main_in_destructor);
}

void exit_thread(void *value)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (self) {
		self->life.value = value;
		self->cancel.is_exiting = true;
		abandon_waits(0); /* those that a handler has interrupted, which is the caller */
	}
	if (self && self->is_main && self->hub->os.is_main) {
		libc.pthread_once(&once, make_key);
		pthread_setspecific(at_end_of_main, self);
	}
	libc.pthread_exit(value);
	__builtin_unreachable();
}
