/*
 * What containers and service managers refuse, as filters of system calls: the whole of what is published, turned
 * round. There, the calls that are allowed are listed; here, those that are not, as they are fewer. Of other machines
 * than x86-64 the calls that only it has are left out.
 */
#ifndef PROFILES_H
#define PROFILES_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* Newer than the headers of many systems; from these numbers on, all machines have the same. */
enum {
	CALL_CACHESTAT = 451,
	CALL_LSM_GET_SELF_ATTR = 459,
	CALL_LSM_SET_SELF_ATTR = 460,
	CALL_LSM_LIST_MODULES = 461,
	CALL_OPEN_TREE_ATTR = 467,
};

#ifdef __x86_64__
#define OLD_CALLS                                                                                                      \
	SYS__sysctl, SYS_afs_syscall, SYS_create_module, SYS_get_kernel_syms, SYS_getpmsg, SYS_ioperm, SYS_iopl,       \
	    SYS_putpmsg, SYS_query_module, SYS_security, SYS_sysfs, SYS_tuxcall, SYS_uselib, SYS_ustat, SYS_vserver
#else
#define OLD_CALLS SYS_nfsservctl
#endif

/* What both refuse. */
#define ADMINISTRATION                                                                                                 \
	OLD_CALLS, SYS_acct, SYS_bpf, SYS_clock_settime, SYS_delete_module, SYS_fanotify_init, SYS_finit_module,       \
	    SYS_fsconfig, SYS_fsmount, SYS_fsopen, SYS_fspick, SYS_init_module, SYS_kexec_file_load, SYS_kexec_load,   \
	    SYS_lookup_dcookie, SYS_mount, SYS_mount_setattr, SYS_move_mount, SYS_nfsservctl, SYS_open_by_handle_at,   \
	    SYS_open_tree, SYS_perf_event_open, SYS_pidfd_getfd, SYS_pivot_root, SYS_quotactl, SYS_quotactl_fd,        \
	    SYS_reboot, SYS_setdomainname, SYS_sethostname, SYS_settimeofday, SYS_swapoff, SYS_swapon, SYS_syslog,     \
	    SYS_umount2, SYS_vhangup

/*
 * Docker's default profile of 2026, with the capabilities that a container has if nothing is said. Those of before
 * version 25 allowed io_uring.
 */
static const unsigned by_docker[] = {ADMINISTRATION, SYS_add_key, SYS_get_mempolicy, SYS_io_uring_enter,
    SYS_io_uring_register, SYS_io_uring_setup, SYS_kcmp, SYS_keyctl, SYS_mbind, SYS_migrate_pages, SYS_move_pages,
    SYS_process_madvise, SYS_request_key, SYS_set_mempolicy, SYS_set_mempolicy_home_node, SYS_setns, SYS_unshare,
    SYS_userfaultfd, CALL_LSM_GET_SELF_ATTR, CALL_LSM_SET_SELF_ATTR, CALL_LSM_LIST_MODULES};

/* What is not in systemd's @system-service, as version 252 has it. */
static const unsigned by_systemd[] = {ADMINISTRATION, SYS_adjtimex, SYS_chroot, SYS_clock_adjtime, SYS_fanotify_mark,
    SYS_landlock_add_rule, SYS_landlock_create_ruleset, SYS_landlock_restrict_self, SYS_memfd_secret, SYS_mincore,
#ifdef __x86_64__
    SYS_modify_ldt,
#endif
    SYS_pkey_alloc, SYS_pkey_free, SYS_pkey_mprotect, SYS_process_mrelease, SYS_ptrace, SYS_seccomp};

/* A filter under construction; what no instruction answers is allowed. */
struct filter {
	struct sock_filter code[600];
	unsigned short length;
};

static inline void add_statement(struct filter *f, unsigned short code, unsigned k)
{
	f->code[f->length++] = (struct sock_filter)BPF_STMT(code, k);
}

static inline void add_jump(struct filter *f, unsigned short code, unsigned k, unsigned char yes, unsigned char no)
{
	f->code[f->length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | code, k, yes, no);
}

static inline void load_number(struct filter *f)
{
	add_statement(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
}

/* The lower half; it is first in the memory of both machines. */
static inline void load_argument(struct filter *f, unsigned which)
{
	add_statement(f, BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, args) + which * 8);
}

static inline unsigned failing_with(int error)
{
	return SECCOMP_RET_ERRNO | (unsigned)error;
}

static inline void add_list(struct filter *f, const unsigned *numbers, size_t count, unsigned action)
{
	size_t i;

	load_number(f);
	for (i = 0; i < count; i++) {
		add_jump(f, BPF_JEQ, numbers[i], 0, 1);
		add_statement(f, BPF_RET | BPF_K, action);
	}
}

static inline void add_from(struct filter *f, unsigned number, unsigned action)
{
	load_number(f);
	add_jump(f, BPF_JGE, number, 0, 1);
	add_statement(f, BPF_RET | BPF_K, action);
}

/* A call fails with EPERM where an argument has all of these bits, or one of them. */
static inline void add_all_bits(struct filter *f, unsigned number, unsigned which, unsigned bits)
{
	load_number(f);
	add_jump(f, BPF_JEQ, number, 0, 4);
	load_argument(f, which);
	add_statement(f, BPF_ALU | BPF_AND | BPF_K, bits);
	add_jump(f, BPF_JEQ, bits, 0, 1);
	add_statement(f, BPF_RET | BPF_K, failing_with(EPERM));
}

static inline void add_any_bits(struct filter *f, unsigned number, unsigned which, unsigned bits)
{
	load_number(f);
	add_jump(f, BPF_JEQ, number, 0, 3);
	load_argument(f, which);
	add_jump(f, BPF_JSET, bits, 0, 1);
	add_statement(f, BPF_RET | BPF_K, failing_with(EPERM));
}

/* A call fails with EPERM unless its first argument is one of these. */
static inline void add_values(struct filter *f, unsigned number, const unsigned *values, unsigned char count)
{
	unsigned char i;

	load_number(f);
	add_jump(f, BPF_JEQ, number, 0, (unsigned char)(count + 2));
	load_argument(f, 0);
	for (i = 0; i < count; i++)
		add_jump(f, BPF_JEQ, values[i], (unsigned char)(count - i), 0);
	add_statement(f, BPF_RET | BPF_K, failing_with(EPERM));
}

/* In all threads of the process. Where TSYNC is not to be had, the process has one thread. */
static inline bool install(struct filter *f)
{
	struct sock_fprog program = {0, f->code};

	add_statement(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = f->length;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

#define LIST_OF(array) array, sizeof(array) / sizeof((array)[0])

static inline bool confine_as_docker(void)
{
	static const unsigned families[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 21, 22, 24,
	    26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43, 44, 45};
	static const unsigned personalities[] = {0, 0x8, 0x20000, 0x20008, 0xffffffff};
	static const unsigned no_clone3[] = {SYS_clone3};
	struct filter f = {.length = 0};

	add_list(&f, LIST_OF(by_docker), failing_with(EPERM));
	add_list(&f, LIST_OF(no_clone3), failing_with(ENOSYS));
	add_from(&f, CALL_OPEN_TREE_ATTR, failing_with(EPERM));
	add_any_bits(&f, SYS_clone, 0,
	    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET);
	add_values(&f, SYS_socket, LIST_OF(families));
	add_values(&f, SYS_personality, LIST_OF(personalities));
	return install(&f);
}

/* SystemCallFilter=@system-service: other calls end the process; those that systemd does not know do not exist. */
static inline bool confine_as_systemd(void)
{
	struct filter f = {.length = 0};

	add_list(&f, LIST_OF(by_systemd), SECCOMP_RET_KILL_PROCESS);
	add_from(&f, CALL_CACHESTAT, failing_with(ENOSYS));
	return install(&f);
}

/* MemoryDenyWriteExecute=yes as a filter, which systemd also sets where the kernel has what is below. */
static inline bool deny_executable_memory(void)
{
	struct filter f = {.length = 0};

	add_all_bits(&f, SYS_mmap, 2, PROT_WRITE | PROT_EXEC);
	add_any_bits(&f, SYS_mprotect, 2, PROT_EXEC);
	add_any_bits(&f, SYS_pkey_mprotect, 2, PROT_EXEC);
	add_any_bits(&f, SYS_shmat, 2, SHM_EXEC);
	return install(&f);
}

/* The same of the kernel's, from Linux 6.3 on; where it lacks nothing is refused. */
static inline bool deny_gain_of_execution(void)
{
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	return true;
}

/* MemoryDenyWriteExecute and SystemCallFilter in one unit. The second filter forbids to set others. */
static inline bool confine_as_hardened_service(void)
{
	return deny_gain_of_execution() && deny_executable_memory() && confine_as_systemd();
}

#endif
