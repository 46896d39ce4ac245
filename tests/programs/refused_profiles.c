/* threads and helpers */
/*
 * Whole profiles: what containers refuse by default, close to Docker's; what a strict service manager leaves; and
 * memory of which none may become executable. From the program's start, and once its threads wait.
 */
#include "refused.h"
#include <linux/sched.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* Docker's allows what it names; of the rest, this is what a program or a library may know. */
static const unsigned by_containers[] = {SYS_acct, SYS_add_key, SYS_bpf, SYS_clock_adjtime, SYS_clock_settime,
    SYS_delete_module, SYS_fanotify_init, SYS_finit_module, SYS_fsconfig, SYS_fsmount, SYS_fsopen, SYS_fspick,
    SYS_get_mempolicy, SYS_init_module, SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup, SYS_kcmp,
    SYS_kexec_load, SYS_keyctl, SYS_lookup_dcookie, SYS_mbind, SYS_migrate_pages, SYS_mount, SYS_mount_setattr,
    SYS_move_mount, SYS_move_pages, SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_open_tree, SYS_perf_event_open,
    SYS_pivot_root, SYS_quotactl, SYS_reboot, SYS_request_key, SYS_set_mempolicy, SYS_setdomainname, SYS_sethostname,
    SYS_setns, SYS_settimeofday, SYS_swapoff, SYS_swapon, SYS_syslog, SYS_umount2, SYS_unshare, SYS_userfaultfd,
    SYS_vhangup};

/* What came to the kernel in the last years and is no part of what a service is expected to do. */
static const unsigned by_services[] = {SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup, SYS_pidfd_open,
    SYS_preadv2, SYS_pwritev2, SYS_process_vm_readv, SYS_process_vm_writev, SYS_epoll_pwait2, SYS_close_range,
    SYS_futex_waitv, SYS_openat2, SYS_statx, SYS_get_robust_list, SYS_perf_event_open, SYS_bpf, SYS_userfaultfd,
    SYS_membarrier, SYS_signalfd4, SYS_timerfd_create, SYS_timerfd_settime, SYS_eventfd2, SYS_epoll_create1,
    SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_wait};

/* Those of a list fail with EPERM; clone3, whose arguments no filter sees, does not exist. */
static void refuse_list(const unsigned *numbers, size_t count)
{
	struct sock_filter filter[2 * 64 + 8];
	unsigned short n = 0;
	size_t i;

	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < count; i++) {
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i], 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args));
	filter[n++] = (struct sock_filter)BPF_JUMP(
	    BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET, 0, 1);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	set_filter(filter, n);
}

static void refuse_by_containers(void)
{
	refuse_list(by_containers, sizeof(by_containers) / sizeof(by_containers[0]));
}

static void refuse_by_services(void)
{
	refuse_list(by_services, sizeof(by_services) / sizeof(by_services[0]));
}

/* Linux 6.3 brought it. Where it lacks nothing is refused. */
static void refuse_executable_memory(void)
{
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
}

static const struct profile {
	const char *name;
	void (*set)(void);
} profiles[] = {{"a container", refuse_by_containers}, {"a service", refuse_by_services},
    {"no executable memory", refuse_executable_memory}};

enum { PROFILES = sizeof(profiles) / sizeof(profiles[0]) };

static void run_anew(int index)
{
	char name[16];

	profiles[index].set();
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
	profiles[index].set();
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
	struct refused_case one;
	char name[32];
	int i;

	if (count > 1) {
		snprintf(name, sizeof(name), "file.%s", arguments[1]);
		do_all(name);
		return 0;
	}
	for (i = 0; i < PROFILES; i++) {
		begin_case(&one, profiles[i].name, run_anew, i);
		end_case(&one);
		begin_case(&one, "later", run_on, i);
		end_case(&one);
	}
	return 0;
}
