/* threads */
/*
 * A process in the background that uses its terminal is stopped, or refused where it blocks the signal for that: by the
 * mask of the thread that makes the call, whatever the others block.
 */
#include "tests/programs/threads.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>

static int terminal = -1;

static void change(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void *set_in_all_ways(void *unused)
{
	struct termios settings;
	int group;

	change(SIG_BLOCK, SIGTTOU);
	must("tcgetattr", tcgetattr(terminal, &settings));
	say("tcsetattr", tcsetattr(terminal, TCSANOW, &settings));
	say("TCSETS", ioctl(terminal, TCSETS, &settings));
	say("raw TCSETS", syscall(SYS_ioctl, terminal, TCSETS, &settings));
	say("tcflush", tcflush(terminal, TCIFLUSH));
	say("tcflow", tcflow(terminal, TCOON));
	say("tcsendbreak", tcsendbreak(terminal, 0));
	say("tcdrain", tcdrain(terminal));
	settings.c_lflag |= TOSTOP;
	say("TOSTOP", tcsetattr(terminal, TCSANOW, &settings));
	say("write", write(terminal, "x", 1));
	say("dprintf", dprintf(terminal, "x"));
	set_nonblocking(terminal, true);
	say("write", write(terminal, "x", 1));
	set_nonblocking(terminal, false);
	group = must("tcgetpgrp", tcgetpgrp(terminal));
	say("tcsetpgrp", tcsetpgrp(terminal, getpgrp()));
	say("tcsetpgrp back", tcsetpgrp(terminal, group));
	return unused;
}

static void *read_in_background(void *unused)
{
	char byte;

	change(SIG_BLOCK, SIGTTIN);
	say("read", read(terminal, &byte, 1));
	set_nonblocking(terminal, true);
	say("read", read(terminal, &byte, 1));
	set_nonblocking(terminal, false);
	return unused;
}

static void *set_openly(void *unused)
{
	struct termios settings;

	must("tcgetattr", tcgetattr(terminal, &settings));
	say("tcsetattr", tcsetattr(terminal, TCSANOW, &settings));
	return unused;
}

static void *write_openly(void *unused)
{
	struct termios settings;

	change(SIG_BLOCK, SIGTTOU);
	must("tcgetattr", tcgetattr(terminal, &settings));
	settings.c_lflag |= TOSTOP;
	must("tcsetattr", tcsetattr(terminal, TCSANOW, &settings));
	change(SIG_UNBLOCK, SIGTTOU);
	say("write", write(terminal, "x", 1));
	return unused;
}

static void *read_openly(void *unused)
{
	char byte;

	say("read", read(terminal, &byte, 1));
	return unused;
}

static void *block_all(void *unused)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (true)
		msleep(1000);
	return unused;
}

/* As a background job of a session of its own, beside a thread that blocks both and the main one, which blocks none. */
static int in_background(void *run)
{
	int other, status;
	pid_t job;

	setsid();
	must("openpty", openpty(&other, &terminal, NULL, NULL, NULL));
	must("TIOCSCTTY", ioctl(terminal, TIOCSCTTY, 0));
	job = must("fork", fork());
	if (!job) {
		setpgid(0, 0);
		start(block_all, NULL);
		join(start((void *(*)(void *))run, NULL));
		fflush(stdout);
		_exit(0);
	}
	waitpid(job, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		printf("stopped by signal %d\n", WSTOPSIG(status));
		kill(job, SIGKILL);
	}
	fflush(stdout);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 50;
}

static void *do_nothing(void *unused)
{
	return unused;
}

int main(void)
{
	join(start(do_nothing, NULL));
	end_child(start_child(in_background, set_in_all_ways));
	end_child(start_child(in_background, read_in_background));
	end_child(start_child(in_background, set_openly));
	end_child(start_child(in_background, write_openly));
	end_child(start_child(in_background, read_openly));
	return 0;
}
