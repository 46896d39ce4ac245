/* threads and helpers */
/*
 * Terminals in raw mode: how many bytes a read waits for (VMIN), and for how long (VTIME), in each combination; in one
 * of them a thread waits while another goes on.
 */
#include "waiting.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <termios.h>

static int master, tty;
static volatile int goes_on = 1, turns;

/* The others are not to be held up. */
static void *counts(void *unused)
{
	while (goes_on) {
		turns++;
		msleep(5);
	}
	return unused;
}

static void set_mode(int least, int tenths)
{
	struct termios mode;

	must("tcgetattr", tcgetattr(tty, &mode));
	cfmakeraw(&mode);
	mode.c_cc[VMIN] = (cc_t)least;
	mode.c_cc[VTIME] = (cc_t)tenths;
	must("tcsetattr", tcsetattr(tty, TCSANOW, &mode));
}

static void set_lines(void)
{
	struct termios mode;

	must("tcgetattr", tcgetattr(tty, &mode));
	mode.c_lflag |= ICANON;
	mode.c_lflag &= (tcflag_t)~ECHO;
	mode.c_iflag |= ICRNL;
	must("tcsetattr", tcsetattr(tty, TCSANOW, &mode));
}

static void type(const char *text)
{
	must("write", write(master, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1);
}

/* What comes in the meantime, in pieces. */
struct typing {
	const char *pieces[4];
	int pause;
};

static void *types(void *arg)
{
	const struct typing *typing = arg;
	int i;

	for (i = 0; i < 4 && typing->pieces[i]; i++) {
		msleep(typing->pause);
		type(typing->pieces[i]);
	}
	return NULL;
}

static void say_time(const char *what, double since, int least, int most)
{
	double passed = (now() - since) * 1000;

	printf("%s: %s\n", what, passed < least ? "too soon" : passed > most ? "too late" : "in time");
}

static void read_mode(const char *what, int least, int tenths, size_t size, struct typing typing, int after)
{
	pthread_t typist;
	char bytes[32];
	double since;

	set_mode(least, tenths);
	tcflush(tty, TCIFLUSH);
	typist = start(types, &typing);
	since = now();
	say_bytes(what, read(tty, bytes, size), bytes);
	say_time(what, since, after - 5, after + 3000);
	join(typist);
	tcflush(tty, TCIFLUSH);
}

/* What types is a thread: only where nothing is typed must another tell. On a busy machine it may miss one wait. */
static bool others_go_on(void)
{
	char byte;
	int before;

	set_mode(0, 2);
	for (int i = 0; i < 10; i++) {
		before = turns;
		if (read(tty, &byte, 1) == 0 && turns > before)
			return true;
	}
	return false;
}

static void all_modes(void)
{
	static const struct typing nothing = {0}, one = {{"a"}, 100}, three = {{"a", "b", "c"}, 100};

	read_mode("nothing, no time", 0, 0, 8, nothing, 0);
	read_mode("nothing, for a time", 0, 2, 8, nothing, 200);
	read_mode("a byte within the time", 0, 30, 8, one, 100);
	read_mode("a byte", 1, 0, 8, one, 100);
	read_mode("a byte, and a time after it", 1, 30, 8, one, 100);
	read_mode("three bytes", 3, 0, 8, three, 300);
	read_mode("three bytes, of which one is wanted", 3, 0, 1, three, 100);
	read_mode("five bytes, or a time after the last", 5, 4, 8, three, 700);
	read_mode("five bytes, and the time begins with the first", 5, 4, 8, one, 500);
}

static void what_is_there(void)
{
	char bytes[8];
	struct iovec two[2] = {{bytes, 1}, {bytes + 1, 4}};

	set_mode(0, 0);
	type("abc");
	say("there", read(tty, bytes, 2));
	say("the rest", read(tty, bytes, 8));
	say("and no more", read(tty, bytes, 8));
	set_mode(2, 0);
	type("abc");
	say("there", read(tty, bytes, 8));
	set_mode(3, 5);
	type("abcd");
	say("there, in two pieces", readv(tty, two, 2));
}

static void *waits_for_three(void *unused)
{
	char bytes[8];
	long n;

	begin();
	n = read(tty, bytes, sizeof(bytes));
	return n < 0 ? unused : (void *)n;
}

/* By tcsetattr, or by the system call under it. */
static void set_mode_by(bool is_raw, int least, int tenths)
{
	struct termios2 {
		unsigned input, output, control, local;
		unsigned char line, characters[19];
		unsigned in_speed, out_speed;
	} mode;

	if (!is_raw) {
		set_mode(least, tenths);
		return;
	}
	must("TCGETS2", ioctl(tty, _IOC(_IOC_READ, 'T', 0x2a, sizeof(mode)), &mode));
	mode.characters[VMIN] = (unsigned char)least;
	mode.characters[VTIME] = (unsigned char)tenths;
	must("TCSETS2", ioctl(tty, _IOC(_IOC_WRITE, 'T', 0x2b, sizeof(mode)), &mode));
}

/* More bytes are wanted, or another time, from a call on that has not begun yet. */
static void mode_changes_for_more(const char *what, int least, int tenths, const char *piece)
{
	pthread_t thread;

	for (int is_raw = 0; is_raw < 2; is_raw++) {
		set_mode(1, 0);
		thread = start_waiting(waits_for_three, NULL);
		set_mode_by(is_raw, least, tenths);
		msleep(20);
		type(piece);
		say(what, (long)join(thread));
		tcflush(tty, TCIFLUSH);
	}
}

/* What it waits for was settled when it began. */
static void mode_changes(void)
{
	pthread_t thread;

	set_mode(3, 0);
	thread = start_waiting(waits_for_three, NULL);
	set_mode(1, 0);
	type("x");
	msleep(50);
	type("yz");
	say("three bytes, when one is asked for by now", (long)join(thread));
	set_mode(1, 0);
	thread = start_waiting(waits_for_three, NULL);
	set_lines();
	type("li");
	msleep(50);
	type("ne\n");
	say("a line, when a byte was asked for", (long)join(thread));
	tcflush(tty, TCIFLUSH);
	mode_changes_for_more("a byte, when three are asked for by now", 3, 0, "a");
	mode_changes_for_more("two bytes, when three are asked for by now", 3, 0, "ab");
	mode_changes_for_more("a byte, when three within a time are", 3, 5, "a");
	mode_changes_for_more("a byte, when a time is", 0, 5, "a");
	mode_changes_for_more("a byte, when nothing is", 0, 0, "a");
	mode_changes_for_more("more bytes than a read takes", 20, 0, "abcdefghij");
}

/* A handler ends the wait with what there is, or without anything. */
static void interrupted(void)
{
	char bytes[8];

	set_mode(5, 0);
	type("ab");
	ring_every(100, 0);
	say_bytes("two of five bytes, interrupted", read(tty, bytes, sizeof(bytes)), bytes);
	say("none, interrupted", read(tty, bytes, sizeof(bytes)));
	ring_every(100, SA_RESTART);
	set_mode(0, 1);
	say("no byte for less than a ring", read(tty, bytes, sizeof(bytes)));
	stop_ringing();
}

/* Without waiting it is EAGAIN, but where a read never waits. */
static void nonblocking(void)
{
	char bytes[8];

	set_nonblocking(tty, true);
	set_mode(0, 0);
	say("non-blocking, no time", read(tty, bytes, sizeof(bytes)));
	set_mode(0, 5);
	say("non-blocking, for a time", read(tty, bytes, sizeof(bytes)));
	set_mode(3, 0);
	say("non-blocking, three bytes", read(tty, bytes, sizeof(bytes)));
	type("ab");
	say("non-blocking, two of three", read(tty, bytes, sizeof(bytes)));
	set_nonblocking(tty, false);
}

static void *hangs_up(void *unused)
{
	msleep(100);
	close(master);
	return unused;
}

/* The master is read by the byte, whatever the slave's mode says; and a slave whose master goes away has an end. */
static void other_side(void)
{
	char bytes[8];
	pthread_t thread;

	set_mode(5, 0);
	must("write", write(tty, "m", 1));
	say("read of the master", read(master, bytes, sizeof(bytes)));
	thread = start(hangs_up, NULL);
	say("five bytes of nobody", read(tty, bytes, sizeof(bytes)));
	join(thread);
	say("and again", read(tty, bytes, sizeof(bytes)));
}

int main(void)
{
	pthread_t other;

	sem_init(&begins, 0, 0);
	alarm(50);
	must("openpty", openpty(&master, &tty, NULL, NULL, NULL));
	other = start(counts, NULL);
	all_modes();
	say_whether("the others went on", others_go_on());
	what_is_there();
	mode_changes();
	interrupted();
	nonblocking();
	other_side();
	goes_on = 0;
	join(other);
	return 0;
}
