/* threads and helpers */
/*
 * Whole profiles: what containers refuse by default; what a service manager does where it is asked to, and ends the
 * process for; what a strict sandbox might; and memory of which none may become executable. From the program's start,
 * and once its threads wait.
 */
#include "cases.h"
#include "operations.h"
#include "profiles.h"

#ifndef SYS_epoll_wait /* newer machines have epoll_pwait alone */
#define SYS_epoll_wait SYS_epoll_pwait
#endif

/* What an old list would not have, and all that an event loop rests on. */
static const unsigned by_strangers[] = {SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup, SYS_pidfd_open,
    SYS_preadv2, SYS_pwritev2, SYS_process_vm_readv, SYS_process_vm_writev, SYS_epoll_pwait2, SYS_close_range,
    SYS_futex_waitv, SYS_openat2, SYS_statx, SYS_get_robust_list, SYS_perf_event_open, SYS_bpf, SYS_userfaultfd,
    SYS_membarrier, SYS_signalfd4, SYS_timerfd_create, SYS_timerfd_settime, SYS_eventfd2, SYS_epoll_create1,
    SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_wait};

static bool confine_strictly(void)
{
	static const unsigned no_clone3[] = {SYS_clone3};
	struct filter f = {.length = 0};

	add_list(&f, LIST_OF(by_strangers), failing_with(EPERM));
	add_list(&f, LIST_OF(no_clone3), failing_with(ENOSYS));
	return install(&f);
}

static const struct profile {
	const char *name;
	bool (*set)(void);
} profiles[] = {{"a container", confine_as_docker}, {"a service", confine_as_systemd},
    {"a strict sandbox", confine_strictly}, {"no executable memory", deny_gain_of_execution},
    {"no executable memory, by a filter", deny_executable_memory}, {"a hardened service", confine_as_hardened_service}};

static void set(int index)
{
	must(profiles[index].name, profiles[index].set() ? 0 : -1);
}

enum { PROFILES = sizeof(profiles) / sizeof(profiles[0]) };

static void run_anew(int index)
{
	char name[16];

	set(index);
	snprintf(name, sizeof(name), "%d", index);
	execl("/proc/self/exe", "refused_profiles", name, (char *)NULL);
	perror("execl");
	_exit(97);
}

static void run_on(int index)
{
	char bytes[8], name[32];
	struct task reader = {.call = call_read, .bytes = bytes, .count = 1}, waiter = {.call = call_sigwait};
	int ends[2];

	block_signals();
	must("pipe", pipe(ends));
	reader.fd = ends[0];
	start(&reader);
	start(&waiter);
	set(index);
	msleep(3);
	must("write", write(ends[1], "x", 1));
	kill(getpid(), SIGUSR1);
	end(&reader, "read since before");
	end(&waiter, "sigwait since before");
	snprintf(name, sizeof(name), "file.on.%d", index);
	do_all(name);
}

int main(int count, char **arguments)
{
	struct refused_case anew[PROFILES], later[PROFILES];
	char name[32];
	int i;

	if (count > 1) {
		snprintf(name, sizeof(name), "file.%s", arguments[1]);
		do_all(name);
		return 0;
	}
	for (i = 0; i < PROFILES; i++) {
		begin_case(&anew[i], profiles[i].name, run_anew, i);
		begin_case(&later[i], "later", run_on, i);
	}
	for (i = 0; i < PROFILES; i++) {
		end_case(&anew[i]);
		end_case(&later[i]);
	}
	return 0;
}
