/*
 * For `make coverage` alone: a process that ends by _exit() or by executing another program writes its counters, too,
 * which gcc's library does at exit() only. One that a signal ends does not, but for those that hang in the
 * tests of reports.
 */
#include "preload/core/libc.h"
#include "runtime/sys/sys.h"
#include <stdlib.h>

void __gcov_dump(void);

/* The program's calls, and those of this library and the suites. */
__attribute__((visibility("default"), noreturn)) void _exit(int status)
{
	__gcov_dump();
	for (;;)
		raw_syscall(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

__attribute__((visibility("default"), noreturn)) void _Exit(int status)
{
	_exit(status);
}

/* In the suites there are no hooks, and no table of what is behind them. */
extern struct libc libc __attribute__((weak));

static __typeof__(libc.execve) execve_behind;
static __typeof__(libc.execvpe) execvpe_behind;
static __typeof__(libc.execveat) execveat_behind;
static __typeof__(libc.fexecve) fexecve_behind;

static int dump_and_execve(const char *path, char *const argv[], char *const envp[])
{
	__gcov_dump();
	return execve_behind(path, argv, envp);
}

static int dump_and_execvpe(const char *file, char *const argv[], char *const envp[])
{
	__gcov_dump();
	return execvpe_behind(file, argv, envp);
}

static int dump_and_execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags)
{
	__gcov_dump();
	return execveat_behind(dir, path, argv, envp, flags);
}

static int dump_and_fexecve(int fd, char *const argv[], char *const envp[])
{
	__gcov_dump();
	return fexecve_behind(fd, argv, envp);
}

/* It waits, so that nothing is interrupted that the counters' file might need. */
static void on_end(int signo)
{
	_exit(128 + signo);
}

__attribute__((constructor)) static void come_between(void)
{
	if (!&libc)
		return;
	if (getenv("GREENLOAD_DEADLOCK"))
		libc.signal(SIGTERM, on_end);
	execve_behind = libc.execve;
	libc.execve = dump_and_execve;
	execvpe_behind = libc.execvpe;
	libc.execvpe = dump_and_execvpe;
	execveat_behind = libc.execveat;
	libc.execveat = dump_and_execveat;
	fexecve_behind = libc.fexecve;
	libc.fexecve = dump_and_fexecve;
}
