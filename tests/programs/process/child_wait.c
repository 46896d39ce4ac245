/* parks: wait4 */
/* Waiting for children: one, any, a group, and those that libc starts itself. */
#include "tests/programs/child.h"
#include <sys/resource.h>

static void wait_for_one(void)
{
	struct rusage usage;
	int status = 0;
	pid_t child = late_child(1), other;

	say("not yet", wait4(child, &status, WNOHANG, NULL));
	say_status("wait4", wait4(child, &status, 0, &usage), child, &status);
	say_whether("used", usage.ru_maxrss > 0);
	child = late_child(2);
	say_status("waitpid", waitpid(child, &status, 0), child, &status);
	child = late_child(3);
	other = late_child(4);
	say_status("the other first", waitpid(other, &status, 0), other, &status);
	say_status("then the one", waitpid(child, &status, 0), child, &status);
	child = late_child(0);
	say_whether("no status", waitpid(child, NULL, 0) == child);
}

static void wait_for_any(void)
{
	int status = 0;
	pid_t child = late_child(5);

	say_status("wait", wait(&status), child, &status);
	child = late_child(6);
	say_status("wait3", wait3(&status, 0, NULL), child, &status);
	child = late_child(7);
	say_status("of the group", waitpid(0, &status, 0), child, &status);
	child = late_child(8);
	must("setpgid", setpgid(child, child));
	say_status("of its group", waitpid(-child, &status, 0), child, &status);
}

static void wait_for_signals(void)
{
	int status = 0;
	pid_t child = lasting_child();

	must("kill", kill(child, SIGSTOP));
	say_status("stopped", waitpid(child, &status, WUNTRACED), child, &status);
	must("kill", kill(child, SIGCONT));
	say_status("continued", waitpid(child, &status, WCONTINUED), child, &status);
	must("kill", kill(child, SIGKILL));
	say_status("killed", waitpid(child, &status, 0), child, &status);
}

static void wait_in_vain(void)
{
	int status;

	say("no child", waitpid(-1, &status, 0));
	say("not a child", waitpid(getppid(), &status, 0));
	say("wrong options", waitpid(-1, &status, 0x7000));
	signal(SIGCHLD, SIG_IGN);
	say("ignored", waitpid(late_child(9), &status, 0));
	late_child(9);
	say("any ignored", wait(&status));
	signal(SIGCHLD, SIG_DFL);
}

static void wait_interrupted(int flags)
{
	pid_t child = flags & SA_RESTART ? late_child(10) : lasting_child();
	int status = 0;

	ring_every(20, flags);
	say_status("interrupted", waitpid(child, &status, 0), child, &status);
	stop_ringing();
	if (flags & SA_RESTART)
		return;
	kill_late(child, SIGKILL, 30);
	say_status("once more", waitpid(child, &status, 0), child, &status);
}

static void wait_inside(void)
{
	double start = now();
	char line[16];
	FILE *in, *out;

	say("system", system("sleep 0.1; exit 11"));
	say_waited("system", start, 100);
	say("killed", WTERMSIG(system("kill -9 $$")));
	in = popen("sleep 0.1; echo hello; exit 12", "r");
	say_whether("popen", fgets(line, sizeof(line), in));
	fputs(line, stdout);
	say("pclose", pclose(in));
	fflush(stdout);
	start = now();
	out = popen("sleep 0.1; read word; echo \"$word\"", "w");
	fputs("world\n", out);
	say("pclose", pclose(out));
	say_waited("pclose", start, 100);
}

int main(void)
{
	wait_for_one();
	wait_for_any();
	wait_for_signals();
	wait_in_vain();
	wait_interrupted(SA_RESTART);
	wait_interrupted(0);
	wait_inside();
	return 0;
}
