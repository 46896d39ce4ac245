/* parks: read */
/* A terminal and those in the background: who reads is stopped, or told EIO where nobody could have him go on. */
#include "tests/programs/child.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

/* Where the programs that this one starts as find them. */
enum { MASTER = 10, TTY = 11 };

static volatile sig_atomic_t stops;

static void take_note(int signo)
{
	(void)signo;
	stops++;
}

static void handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	must("sigaction", sigaction(signo, &action, NULL));
}

static void read_byte(const char *what)
{
	char byte;

	say_bytes(what, read(TTY, &byte, 1), &byte);
	fflush(stdout);
}

/* Whether they may write, too, the terminal knows. */
static void keep_writers_away(void)
{
	struct termios how;

	must("tcgetattr", tcgetattr(TTY, &how));
	how.c_lflag |= TOSTOP;
	signal(SIGTTOU, SIG_IGN);
	must("tcsetattr", tcsetattr(TTY, TCSANOW, &how));
	say("write, its signal ignored", write(TTY, "x", 1));
	handle(SIGTTOU, take_note, 0);
	stops = 0;
	say("write, its signal handled", write(TTY, "x", 1));
	say("signals", stops);
}

/* Its parent is of another group in the same session, and could wake it. */
static int in_background(void)
{
	signal(SIGTTIN, SIG_IGN);
	read_byte("read, its signal ignored");
	handle(SIGTTIN, take_note, 0);
	read_byte("read, its signal handled");
	say("signals", stops);
	keep_writers_away();
	handle(SIGTTIN, SIG_DFL, 0);
	read_byte("read, after it was stopped");
	fflush(stdout);
	return 0;
}

/* What others type comes when the reader has become the one in front. */
static int in_front(char *self)
{
	int status = 0;
	pid_t child;

	must("setsid", setsid());
	must("TIOCSCTTY", ioctl(TTY, TIOCSCTTY, 0));
	fflush(stdout);
	child = must("fork", fork());
	if (!child) {
		must("setpgid", setpgid(0, 0));
		execl("/proc/self/exe", self, "background", NULL);
		_exit(99);
	}
	say_status("the child", waitpid(child, &status, WUNTRACED), child, &status);
	signal(SIGTTOU, SIG_IGN);
	must("tcsetpgrp", tcsetpgrp(TTY, child));
	must("kill", kill(child, SIGCONT));
	must("write", write(MASTER, "y\n", 2));
	say_status("the child", waitpid(child, &status, 0), child, &status);
	fflush(stdout);
	return 0;
}

static int run(char *self, const char *part)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = must("fork", fork());
	if (!child) {
		execl("/proc/self/exe", self, part, NULL);
		_exit(99);
	}
	say_status(part, waitpid(child, &status, 0), child, &status);
	return 0;
}

int main(int argc, char **argv)
{
	int master, tty;

	if (argc > 1 && strcmp(argv[1], "background") == 0)
		return in_background();
	if (argc > 1)
		return in_front(argv[0]);
	must("openpty", openpty(&master, &tty, NULL, NULL, NULL));
	must("dup2", dup2(master, MASTER));
	must("dup2", dup2(tty, TTY));
	return run(argv[0], "in front");
}
