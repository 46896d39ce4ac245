#include "report.h"
#include "backtrace.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/tls.h"
#include "runtime/io/loop.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/stack_layout.h"
#include "runtime/sys/libc_calls.h"
#include "runtime/sys/proc_list.h"
#include "waits.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The maximum number of our own frames between a switch and the program's call. */
#define FRAMES 64

static _Atomic bool is_asked_for;
static bool has_reported;

/* Prints one line. No buffer of the program delays it, and it takes no lock. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[1024] = "greenload: ";
	size_t length = strlen(line);
	va_list rest;
	int n;

	va_start(rest, format);
	n = vsnprintf(line + length, sizeof(line) - length, format, rest);
	va_end(rest);
	length += n < 0 ? 0 : (size_t)n;
	if (length > sizeof(line) - 1)
		length = sizeof(line) - 1;
	line[length++] = '\n';
	sys_write(STDERR_FILENO, line, length);
}

/* The address at which the program called what parked g; NULL if it is not known. */
static const char *caller_of(const struct greenlet *g)
{
	void *addresses[FRAMES];
	int n = frames_take(g, addresses, FRAMES), i;

	for (i = 0; i < n; i++) {
		if (!is_ours(addresses[i]))
			return addresses[i];
	}
	return NULL;
}

/* Formats a return address as "name+0x12 (program+0x3456)". */
static void describe_caller(const struct greenlet *g, char *text, size_t size)
{
	const char *address = caller_of(g), *file;
	Dl_info info;

	*text = '\0';
	if (!address || !dladdr(address - 1, &info))
		return;
	file = strrchr(info.dli_fname, '/');
	file = file ? file + 1 : info.dli_fname;
	if (info.dli_sname)
		snprintf(text, size, ", called by %s+%#tx (%s+%#tx)", info.dli_sname,
		    address - (const char *)info.dli_saddr, file, address - (const char *)info.dli_fbase);
	else
		snprintf(text, size, ", called by %s+%#tx", file, address - (const char *)info.dli_fbase);
}

static void describe_thread(const struct greenlet *g, char *text, size_t size)
{
	if (g->is_main)
		snprintf(text, size, "thread %d (main)", tls_thread_id_at(g->context.thread_pointer));
	else if (g->ident.name[0])
		snprintf(text, size, "thread %d (%s)", tls_thread_id_at(g->context.thread_pointer), g->ident.name);
	else
		snprintf(text, size, "thread %d", tls_thread_id_at(g->context.thread_pointer));
}

static void say_of(struct greenlet *g)
{
	char thread[64], wait[256] = "", caller[600];

	if (g->state == ENDED)
		return;
	describe_thread(g, thread, sizeof(thread));
	describe_caller(g, caller, sizeof(caller));
	if (g->is_main && g->life.ended)
		say("%s has ended and waits for the others", thread);
	else if (g->state == RUNNING)
		say("%s can run%s", thread, caller);
	else {
		waits_describe(g, wait, sizeof(wait), describe_thread);
		say("%s waits%s%s", thread, wait, caller);
	}
}

static void look_at_stack(const struct stack *stack, void *unused)
{
	struct greenlet *g = greenlet_on(stack);

	(void)unused;
	if (g)
		say_of(g);
}

static void look_at_main(struct hub *hub, void *unused)
{
	(void)unused;
	say_of(&hub->main);
}

static void say_all(void)
{
	waits_look();
	for_each_hub(look_at_main, NULL);
	stack_for_each(look_at_stack, NULL);
}

static bool all_wait_inside(const struct hub *hub)
{
	const struct greenlet *g = hub->living;

	waits_look();
	while (g && waits_inside(g))
		g = g->next_living;
	return !g && (hub->main.life.ended || waits_inside(&hub->main));
}

/* True for the kernel's own threads, for io_uring: they are named after their purpose and their process. */
static bool is_kernels(int thread)
{
	static const char kernels[] = "iou-wrk-";
	char path[64], name[sizeof(kernels) - 1] = {0};
	long file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", thread);
	file = raw_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (file < 0)
		return false;
	sys_read((int)file, name, sizeof(name));
	sys_close((int)file);
	return memcmp(name, kernels, sizeof(name)) == 0;
}

static void count_if_not_kernels(int thread, void *arg)
{
	*(unsigned *)arg += !is_kernels(thread);
}

/* OS threads other than the offload threads may do something for the greenlets. */
static bool has_other_threads(void)
{
	unsigned threads = 0;

	for_each_number("/proc/self/task", count_if_not_kernels, &threads);
	return threads != 1 + offload_threads();
}

/* No program waits for a signal that reports its own fault. */
static bool is_fault(int signo)
{
	return signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE || signo == SIGILL || signo == SIGTRAP ||
	       signo == SIGABRT || signo == SIGSYS;
}

/* A signal handler may wake a greenlet, too. */
static bool handles_signals(void)
{
	struct sigaction action;
	int signo;

	for (signo = 1; signo <= SIGRTMAX; signo++) {
		if (is_fault(signo) || libc_calls.program_sigaction(signo, NULL, &action) != 0)
			continue;
		if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
			return true;
	}
	return false;
}

static bool is_stuck(const struct hub *hub)
{
	if (hub->ready.first || timers_next(&hub->io.timers) != FOR_EVER || atomic_load(&hub->remote.queue) ||
	    atomic_load(&hub->remote.is_sent) || hub->offload_thread_wanted || hubs_elsewhere(hub))
		return false;
	return all_wait_inside(hub) && offload_is_idle() && !has_other_threads() && !handles_signals();
}

static void look(struct hub *hub)
{
	if (atomic_exchange(&is_asked_for, false)) {
		say("%zu threads, switched %llu times", hub->alive, (unsigned long long)hub->switches);
		say_all();
	} else if (!has_reported && is_stuck(hub)) {
		has_reported = true;
		say("deadlock: none of the %zu threads can ever run again", hub->alive);
		say_all();
	}
}

static void on_quit(int signo)
{
	struct hub *hub = any_hub();

	note_handler(signo);
	atomic_store(&is_asked_for, true);
	if (hub)
		wake_hub(hub);
}

bool report_handles(const struct sigaction *action)
{
	return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == on_quit;
}

void report_prepare(const char *(*name)(unsigned call))
{
	struct sigaction ours = {.sa_handler = on_quit, .sa_flags = SA_RESTART}, before;

	waits_call_name = name;
	before_poll = look;
	if (libc_calls.sigaction(SIGQUIT, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
		libc_calls.sigaction(SIGQUIT, &ours, NULL);
}
