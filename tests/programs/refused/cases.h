/* The system calls and errors that are tried, and a process for each of these cases. */
#ifndef CASES_H
#define CASES_H

#include "tests/programs/say.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Refuses what the first `length` instructions do not let pass, in all threads of the process. */
static inline void set_filter(struct sock_filter *filter, unsigned short length)
{
	struct sock_fprog program = {length, filter};

	must("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must("seccomp", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program));
}

static inline void refuse(unsigned number, unsigned error)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	set_filter(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Calls that the library makes, or might, for its own purposes. A program does well without each of them. */
struct refused_call {
	const char *name;
	unsigned number;
};

#define CALL(name)                                                                                                     \
	{                                                                                                              \
#name, SYS_##name                                                                                      \
	}

static const struct refused_call refused_calls[] = {
    CALL(preadv2),
    CALL(pwritev2),
    CALL(timerfd_create),
    CALL(timerfd_settime),
    CALL(eventfd2),
    CALL(epoll_create1),
    CALL(epoll_ctl),
    CALL(epoll_pwait),
    CALL(signalfd4),
    CALL(pidfd_open),
    CALL(io_uring_setup),
    CALL(io_uring_enter),
    CALL(io_uring_register),
    CALL(madvise),
    CALL(process_vm_readv),
    CALL(process_vm_writev),
    CALL(timer_create),
    CALL(timer_settime),
    CALL(timer_delete),
    CALL(ppoll),
    CALL(sigaltstack),
    CALL(get_robust_list),
    CALL(mremap),
    CALL(statx),
    CALL(close_range),
    CALL(rt_sigpending),
    CALL(rt_sigqueueinfo),
    CALL(rt_tgsigqueueinfo),
    CALL(dup3),
    CALL(tee),
    CALL(copy_file_range),
    CALL(recvmmsg),
    CALL(accept4),
    CALL(openat2),
    CALL(futex_waitv),
    CALL(getdents64),
    CALL(sched_yield),
    CALL(membarrier),
};

enum { CALLS = sizeof(refused_calls) / sizeof(refused_calls[0]), ERRORS = 2, AT_ONCE = 8 };

static const int refused_errors[ERRORS] = {EPERM, ENOSYS};

/* One case in a process of its own, whose output is read at the end of it. */
struct refused_case {
	const char *title;
	pid_t pid;
	int output;
};

static inline void begin_case(struct refused_case *one, const char *title, void (*run)(int index), int index)
{
	int ends[2];

	must("pipe2", pipe2(ends, O_CLOEXEC));
	fflush(stdout);
	one->title = title;
	one->output = ends[0];
	one->pid = must("fork", fork());
	if (one->pid) {
		close(ends[1]);
		return;
	}
	must("dup2", dup2(ends[1], STDOUT_FILENO));
	alarm(50);
	run(index);
	exit(0);
}

static inline void end_case(struct refused_case *one)
{
	char bytes[4096];
	ssize_t n;

	printf("%s\n", one->title);
	while ((n = read(one->output, bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, (size_t)n, stdout);
	close(one->output);
	end_child(one->pid);
}

/* Each call by each error. Some at once, as each of them mostly sleeps. */
static inline void run_matrix(void (*run)(int index), int from, int to)
{
	struct refused_case cases[AT_ONCE];
	static char titles[CALLS * ERRORS][64];
	int index;

	for (index = from; index < to + AT_ONCE; index++) {
		if (index - AT_ONCE >= from)
			end_case(&cases[index % AT_ONCE]);
		if (index >= to)
			continue;
		snprintf(titles[index], sizeof(titles[index]), "%s %s", refused_calls[index / ERRORS].name,
		    strerrorname_np(refused_errors[index % ERRORS]));
		begin_case(&cases[index % AT_ONCE], titles[index], run, index);
	}
}

static inline void refuse_case(int index)
{
	refuse(refused_calls[index / ERRORS].number, (unsigned)refused_errors[index % ERRORS]);
}

#endif
