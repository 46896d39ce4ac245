/* parks: waitid */
/* waitid: what is waited for, what is told of it, and the kernel's own call, which tells of the usage, too. */
#include "tests/programs/child.h"
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static const char *code_of(int code)
{
	static const char *const names[] = {"0", "exited", "killed", "dumped", "trapped", "stopped", "continued"};

	return code >= 0 && code <= 6 ? names[code] : "unknown";
}

static void say_info(const char *what, int result, pid_t child, const siginfo_t *info)
{
	say(what, result);
	if (result < 0)
		return;
	printf("  %s child %s, status %d, signal %s, uid %s\n", info->si_pid == child ? "the" : "another",
	    code_of(info->si_code), info->si_status, info->si_signo == SIGCHLD ? "CHLD" : "none",
	    info->si_uid == getuid() ? "ours" : "another's");
}

static void wait_by(const char *what, idtype_t type, int options)
{
	siginfo_t info = {0};
	pid_t child = late_child(1);

	if (type == P_PGID)
		must("setpgid", setpgid(child, child));
	say_info(what, waitid(type, type == P_ALL ? 0 : (id_t)child, &info, options), child, &info);
}

static void wait_for_changes(idtype_t type)
{
	siginfo_t info = {0};
	pid_t child = lasting_child();
	id_t id = type == P_ALL ? 0 : (id_t)child;

	kill_late(child, SIGSTOP, 30);
	say_info("left", waitid(type, id, &info, WSTOPPED | WNOWAIT), child, &info);
	say_info("stopped", waitid(type, id, &info, WSTOPPED | WEXITED), child, &info);
	kill_late(child, SIGCONT, 30);
	say_info("continued", waitid(type, id, &info, WCONTINUED | WEXITED), child, &info);
	kill_late(child, SIGUSR1, 30);
	say_info("left", waitid(type, id, &info, WEXITED | WNOWAIT), child, &info);
	say_info("killed", waitid(type, id, &info, WEXITED | WSTOPPED | WCONTINUED), child, &info);
}

static void wait_at_once(void)
{
	siginfo_t info;
	pid_t child = late_child(2);

	memset(&info, 1, sizeof(info));
	say("not yet", waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG));
	say("  of", info.si_pid);
	say("no info", waitid(P_PID, (id_t)child, NULL, WEXITED));
	say("it is gone", waitid(P_PID, (id_t)child, NULL, WEXITED));
}

static void wait_by_pidfd(void)
{
	siginfo_t info = {0};
	pid_t child = late_child(3);
	int pidfd = must("pidfd_open", pidfd_open(child, 0));

	say_info("by pidfd", waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), child, &info);
	say("it is gone", waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED));
	close(pidfd);
	child = lasting_child();
	pidfd = must("pidfd_open", pidfd_open(child, 0));
	kill_late(child, SIGSTOP, 30);
	say_info("stopped, by pidfd", waitid(P_PIDFD, (id_t)pidfd, &info, WSTOPPED), child, &info);
	set_nonblocking(pidfd, true);
	say("not now", waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED));
	set_nonblocking(pidfd, false);
	kill_late(child, SIGKILL, 30);
	say_info("killed, by pidfd", waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), child, &info);
	close(pidfd);
	pidfd = must("pidfd_open", pidfd_open(getpid(), 0));
	say("oneself", waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED));
	close(pidfd);
}

static void wait_in_vain(void)
{
	siginfo_t info;

	say("no child", waitid(P_ALL, 0, &info, WEXITED));
	say("no such child", waitid(P_PID, (id_t)getppid(), &info, WEXITED));
	say("no such group", waitid(P_PGID, (id_t)getpid() + 1, &info, WEXITED));
	say("pid 0", waitid(P_PID, 0, &info, WEXITED));
	say("nothing asked for", waitid(P_ALL, 0, &info, 0));
	say("WNOHANG alone", waitid(P_ALL, 0, &info, WNOHANG));
	say("other options", waitid(P_ALL, 0, &info, WEXITED | 0x4000));
	say("other type", waitid(17, 0, &info, WEXITED));
	say("closed pidfd", waitid(P_PIDFD, 999, &info, WEXITED));
	say("negative pidfd", waitid(P_PIDFD, (id_t)-1, &info, WEXITED));
	say("no pidfd", waitid(P_PIDFD, 1, &info, WEXITED));
}

static void wait_badly(void)
{
	pid_t child = late_child(4);

	say("nowhere for the info", waitid(P_PID, (id_t)child, (siginfo_t *)8, WEXITED));
	say("it is gone", waitid(P_PID, (id_t)child, NULL, WEXITED));
}

static void wait_by_number(void)
{
	struct rusage usage = {0};
	siginfo_t info = {0};
	int status = 0;
	pid_t child = late_child(5);

	say_info("raw", (int)syscall(SYS_waitid, P_PID, child, &info, WEXITED, &usage), child, &info);
	say_whether("has used memory", usage.ru_maxrss > 0);
	child = late_child(6);
	say_info("raw, any", (int)syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, NULL), child, &info);
	child = late_child(7);
	memset(&usage, 0, sizeof(usage));
	say_status("raw wait4", (pid_t)syscall(SYS_wait4, child, &status, 0, &usage), child, &status);
	say_whether("has used memory", usage.ru_maxrss > 0);
	say("raw, no child", syscall(SYS_wait4, -1, &status, 0, NULL));
	say("raw, no child", syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, NULL));
}

int main(void)
{
	wait_by("any", P_ALL, WEXITED);
	wait_by("by pid", P_PID, WEXITED);
	wait_by("by group", P_PGID, WEXITED);
	wait_by("by pid, of any kind", P_PID, WEXITED | __WALL);
	wait_by("any of this thread", P_ALL, WEXITED | __WNOTHREAD);
	wait_for_changes(P_PID);
	wait_for_changes(P_ALL);
	wait_at_once();
	wait_by_pidfd();
	wait_in_vain();
	wait_badly();
	wait_by_number();
	return 0;
}
