#include "thread_ids.h"
#include "blocking.h"
#include "options.h"
#include "syscall_numbers.h"
#include <sys/resource.h>

struct greenlet *greenlet_named(pid_t id)
{
	struct greenlet *g = call_is_off[CALL_gettid] ? NULL : greenlet_of_id(id);

	return g && !g->is_main ? g : NULL;
}

pid_t known_id(pid_t id)
{
	const struct greenlet *g = greenlet_named(id);

	return g ? kernel_id_of(g) : id;
}

pid_t known_process(pid_t id)
{
	return greenlet_named(id) ? sys_getpid() : id;
}

/* As in the kernel: the complement of the id, above three bits. Of those bits, 4 means a thread, 3 a descriptor. */
clockid_t known_clock(clockid_t clock)
{
	enum { OF_THREAD = 4, OF_DESCRIPTOR = 3, BITS = 3, KIND = 7 };
	pid_t id = ~(clock >> BITS);

	if (clock >= 0 || !(clock & OF_THREAD) || (clock & OF_DESCRIPTOR) == OF_DESCRIPTOR)
		return clock;
	return (clockid_t)((~(unsigned)known_id(id) << BITS) | ((unsigned)clock & KIND));
}

static void know(long *argument)
{
	*argument = known_id((pid_t)*argument);
}

void know_arguments(long number, long *a)
{
	enum { IOPRIO_WHO_PROCESS = 1 };

	switch (number) {
	case SYS_clock_gettime:
	case SYS_clock_getres:
		a[0] = known_clock((clockid_t)a[0]);
		break;
	case SYS_kcmp:
		know(&a[1]);
		know(&a[0]);
		break;
	case SYS_move_pages:
	case SYS_migrate_pages:
		know(&a[0]);
		break;
	case SYS_perf_event_open:
		know(&a[1]);
		break;
	case SYS_ioprio_get:
	case SYS_ioprio_set:
		if (a[0] == IOPRIO_WHO_PROCESS)
			know(&a[1]);
		break;
	case SYS_rt_sigqueueinfo:
		a[0] = known_process((pid_t)a[0]);
		break;
	default:
		break;
	}
}

pid_t own_thread_id(void)
{
	return self && !self->is_main && !call_is_off[CALL_gettid] ? tls_thread_id() : libc.gettid();
}

/* What was inherited from the main thread is what that has. */
int policy_of(const struct greenlet *g, int *policy, struct sched_param *param)
{
	if (g->prio.policy == POLICY_OF_MAIN)
		return libc.pthread_getschedparam(thread_of(&g->hub->main), policy, param);
	*policy = g->prio.policy;
	param->sched_priority = g->prio.priority;
	return 0;
}
