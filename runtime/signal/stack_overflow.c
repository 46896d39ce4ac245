#include "stack_overflow.h"
#include "runtime/sched/dlopen_tls.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/libc_calls.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void report(const struct greenlet *g)
{
	char line[200];
	int n = snprintf(line, sizeof(line),
	    "greenload: greenlet \"%s\" has used up its stack of %zu bytes: set GREENLOAD_STACK, or stack_size in "
	    "green_options, higher\n",
	    g->ident.name, (size_t)((char *)g->mem.high - (char *)g->mem.low));

	sys_write(STDERR_FILENO, line, (size_t)n);
}

/* When it returns, the access is made again and the default action, a core dump perhaps, sees the fault itself. */
static void on_fault(int signo, siginfo_t *info, void *context)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	const struct greenlet *g = self;

	if (stacks_follow_fault(info, context))
		return;
	if (g && !g->is_main && stack_guards(&g->mem.stack, info->si_addr))
		report(g);
	libc_calls.sigaction(signo, &by_default, NULL);
}

bool overflow_handles(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_fault;
}

void overflow_prepare(void)
{
	struct sigaction ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK}, before;

	if (libc_calls.sigaction(SIGSEGV, NULL, &before) == 0 && !(before.sa_flags & SA_SIGINFO) &&
	    before.sa_handler == SIG_DFL)
		libc_calls.sigaction(SIGSEGV, &ours, NULL);
}
