#include "known.h"
#include "preload/core/syscall_numbers.h"
#include <string.h>

static const struct known calls[] = {
#define CALL(name, family, waits, cancels, note) {#name, #family, waits},
#include "preload/calls.def"
};

static const struct {
	const char *name, *of;
} synonyms[] = {
#define SYNONYM(name, of) {#name, #of},
#include "preload/calls.def"
};

/* libc's internal calls reach the hooks if libc is patched in place. */
static const bool is_patched = false
#define PATCHED(name, hook) || true
#include "preload/calls.def"
    ;

struct why {
	const char *name, *why;
};

static const struct why left_alone[] = {
#define LEFT_ALONE(name, why) {#name, why},
#include "preload/calls.def"
};

static const char inside[] = "libc waits inside";
static const char children[] = "waits for a process";
static const char signals[] = "waits for a signal";

/* Functions that are in the manifest by now are not looked up here. */
static const struct why blocking[] = {
    {"fgets", inside},
    {"fgetc", inside},
    {"getc", inside},
    {"getchar", inside},
    {"getline", inside},
    {"getdelim", inside},
    {"fread", inside},
    {"scanf", inside},
    {"fscanf", inside},
    {"__isoc99_scanf", inside},
    {"__isoc99_fscanf", inside},
    {"getaddrinfo", inside},
    {"getnameinfo", inside},
    {"gethostbyname", inside},
    {"gethostbyname_r", inside},
    {"gethostbyaddr", inside},
    {"gethostbyaddr_r", inside},
    {"res_query", inside},
    {"system", inside},
    {"popen", inside},
    {"syslog", inside},
    {"wait", children},
    {"wait3", children},
    {"waitpid", children},
    {"waitid", children},
    {"pause", signals},
    {"sigsuspend", signals},
    {"sigwait", signals},
    {"sigwaitinfo", signals},
    {"sigtimedwait", signals},
    {"sigpause", signals},
    {"gai_suspend", "waits for libc's own threads"},
};

const struct known *find_known(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(synonyms) / sizeof(*synonyms); i++) {
		if (strcmp(synonyms[i].name, name) == 0) {
			name = synonyms[i].of;
			break;
		}
	}
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	}
	return NULL;
}

static const char *why_in(const struct why *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return list[i].why;
	}
	return NULL;
}

const char *why_left_alone(const char *name)
{
	const char *why = why_in(left_alone, sizeof(left_alone) / sizeof(*left_alone), name);

	if (!why)
		why = why_in(blocking, sizeof(blocking) / sizeof(*blocking), name);
	return is_patched && why == inside ? NULL : why;
}

static const struct {
	long number;
	const char *name;
} waiting_syscalls[] = {
    {SYS_read, "read"},
    {SYS_readv, "readv"},
    {SYS_write, "write"},
    {SYS_writev, "writev"},
    {SYS_pread64, "pread64"},
    {SYS_pwrite64, "pwrite64"},
    {SYS_futex, "futex"},
    {SYS_futex_waitv, "futex_waitv"},
    {SYS_poll, "poll"},
    {SYS_ppoll, "ppoll"},
    {SYS_select, "select"},
    {SYS_pselect6, "pselect6"},
    {SYS_epoll_wait, "epoll_wait"},
    {SYS_epoll_pwait, "epoll_pwait"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_connect, "connect"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept4"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_sendto, "sendto"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_wait4, "wait4"},
    {SYS_waitid, "waitid"},
    {SYS_flock, "flock"},
    {SYS_open, "open"},
    {SYS_openat, "openat"},
    {SYS_fsync, "fsync"},
    {SYS_io_getevents, "io_getevents"},
    {SYS_io_uring_enter, "io_uring_enter"},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait"},
    {SYS_rt_sigsuspend, "rt_sigsuspend"},
};

const char *name_of_waiting_syscall(long number)
{
	for (size_t i = 0; i < sizeof(waiting_syscalls) / sizeof(*waiting_syscalls); i++) {
		if (waiting_syscalls[i].number == number)
			return waiting_syscalls[i].name;
	}
	return NULL;
}
