/* parks: read write */
/* A terminal: lines that come late, a line in two reads, raw bytes, its end, and more output than it holds. */
#include "tests/programs/say.h"
#include <pty.h>
#include <termios.h>

static int master, tty;

static int type_late(void *text)
{
	msleep(100);
	return write(master, text, strlen(text)) != (ssize_t)strlen(text);
}

static void read_line(const char *what, const char *typed)
{
	char bytes[64];
	double start = now();
	pid_t child = start_child(type_late, (void *)typed);

	say_bytes(what, read(tty, bytes, sizeof(bytes)), bytes);
	say_waited(what, start, 100);
	end_child(child);
}

static void set_raw(void)
{
	struct termios how;

	must("tcgetattr", tcgetattr(tty, &how));
	cfmakeraw(&how);
	must("tcsetattr", tcsetattr(tty, TCSANOW, &how));
}

/* The reader sees EIO once the last of ours is closed; it has then all the bytes, or fails. */
static int drain(void *unused)
{
	static unsigned char bytes[4096];
	long total = 0;
	ssize_t n;

	(void)unused;
	close(tty);
	msleep(100);
	while ((n = read(master, bytes, sizeof(bytes))) > 0) {
		if (!is_filled(bytes, (size_t)total, (size_t)n))
			return 1;
		total += n;
		msleep(1);
	}
	return total == 50000 ? 0 : 2;
}

static void write_much(void)
{
	static unsigned char bytes[50000];
	double start = now();
	pid_t child = start_child(drain, NULL);

	fill(bytes, 0, sizeof(bytes));
	say("write", write(tty, bytes, sizeof(bytes)));
	say_waited("write", start, 100);
	close(tty);
	end_child(child);
}

int main(void)
{
	char bytes[8];

	must("openpty", openpty(&master, &tty, NULL, NULL, NULL));
	read_line("line", "hello\n");
	read_line("end", "\4");
	must("write", write(master, "0123456789\n", 11));
	say_bytes("first part", read(tty, bytes, 6), bytes);
	say_bytes("second part", read(tty, bytes, 6), bytes);
	set_nonblocking(tty, true);
	say("nothing typed", read(tty, bytes, sizeof(bytes)));
	set_nonblocking(tty, false);
	tcflush(master, TCIOFLUSH);
	set_raw();
	read_line("raw", "x");
	write_much();
	return 0;
}
