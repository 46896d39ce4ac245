/* parks: wait waitpid wait3 wait4 */
/* Waiting for children by pid, by group and for any; what ends them; what cannot be waited for. */
#include "tests/programs/child.h"
#include <limits.h>
#include <sys/resource.h>

static void wait_for_one(void)
{
	struct rusage usage = {0};
	double start = now();
	int status = 0;
	pid_t child = late_child(1), other;

	say("not yet", waitpid(child, &status, WNOHANG));
	errno = 0;
	say_status("waitpid", waitpid(child, &status, 0), child, &status);
	say_error("errno", errno);
	say_waited("waitpid", start, 40);
	say("once more", waitpid(child, &status, 0));
	child = late_child(2);
	say_status("wait4", wait4(child, &status, 0, &usage), child, &status);
	say_whether("has used memory", usage.ru_maxrss > 0);
	child = late_child(3);
	other = late_child(4);
	say_status("the second first", waitpid(other, &status, 0), other, &status);
	say_status("then the first", waitpid(child, &status, 0), child, &status);
	child = late_child(5);
	say_whether("without status", waitpid(child, NULL, 0) == child);
	child = late_child(6);
	msleep(120);
	say_status("long ended", waitpid(child, &status, 0), child, &status);
}

static void wait_for_some(void)
{
	struct rusage usage = {0};
	int status = 0;
	pid_t child = late_child(7);

	say_status("wait", wait(&status), child, &status);
	child = late_child(8);
	say_status("any", waitpid(-1, &status, 0), child, &status);
	child = late_child(9);
	say_status("wait3", wait3(&status, 0, &usage), child, &status);
	say_whether("has used memory", usage.ru_maxrss > 0);
	child = late_child(10);
	say_status("of our group", waitpid(0, &status, 0), child, &status);
	child = late_child(11);
	must("setpgid", setpgid(child, child));
	say("nobody in our group", waitpid(0, &status, 0));
	say_status("of its group", waitpid(-child, &status, 0), child, &status);
}

static void wait_for_signals(int options)
{
	int status = 0;
	pid_t child = lasting_child();

	kill_late(child, SIGSTOP, 30);
	say_status("stopped", waitpid(child, &status, options | WUNTRACED), child, &status);
	kill_late(child, SIGCONT, 30);
	say_status("continued", waitpid(-1, &status, options | WCONTINUED), child, &status);
	kill(child, SIGSTOP);
	kill_late(child, SIGKILL, 60);
	say_status("killed, its stop not asked for", waitpid(child, &status, options), child, &status);
	child = lasting_child();
	kill(child, SIGSTOP);
	kill_late(child, SIGTERM, 30);
	kill_late(child, SIGCONT, 60);
	say_status("ended after a stop", wait3(&status, options, NULL), child, &status);
}

static void wait_in_vain(void)
{
	int status;

	say("no child", waitpid(-1, &status, 0));
	say("wait without a child", wait(NULL));
	say("the parent", waitpid(getppid(), &status, 0));
	say("an empty group", waitpid(-getpid() - 1, &status, 0));
	say("no group", waitpid(INT_MIN, &status, 0));
	say("WEXITED", waitpid(-1, &status, WEXITED));
	say("other options", wait3(&status, 0x7000, NULL));
}

static void wait_badly(void)
{
	pid_t child = late_child(12);

	say("nowhere for the status", waitpid(child, (int *)8, 0));
	say("it is gone", waitpid(child, NULL, 0));
	child = late_child(13);
	say("nowhere for the usage", wait4(child, NULL, 0, (struct rusage *)8));
	say("it is gone", wait4(child, NULL, 0, NULL));
}

static void wait_for_the_ignored(void)
{
	int status;
	double start = now();

	signal(SIGCHLD, SIG_IGN);
	say("ignored", waitpid(late_child(14), &status, 0));
	say_waited("ignored", start, 40);
	start = now();
	late_child(15);
	late_child(16);
	say("all ignored", wait(&status));
	say_waited("all ignored", start, 40);
	signal(SIGCHLD, SIG_DFL);
}

static void wait_as_thread(void)
{
	int status = 0;
	pid_t child = late_child(17);

	say_status("of this thread", waitpid(child, &status, __WNOTHREAD), child, &status);
	child = late_child(18);
	say_status("any of this thread", waitpid(-1, &status, __WNOTHREAD), child, &status);
	child = late_child(19);
	say("no clone", waitpid(child, &status, __WCLONE));
	say_status("whatever it is", waitpid(child, &status, __WALL), child, &status);
}

int main(void)
{
	wait_for_one();
	wait_for_some();
	wait_for_signals(0);
	wait_for_signals(__WALL);
	wait_in_vain();
	wait_badly();
	wait_for_the_ignored();
	wait_as_thread();
	return 0;
}
