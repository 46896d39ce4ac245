/* parks: tee vmsplice */
/* tee and vmsplice: late, in parts, told not to wait, at the end, refused. */
#include "tests/programs/say.h"
#include <sys/uio.h>

static int from[2], to[2];
static unsigned char bytes[65536];

static int write_late(void *unused)
{
	(void)unused;
	msleep(100);
	return write(from[1], "x", 1) != 1;
}

/* Takes what is in the pipe as the program begins, so that there is room for what it writes next. */
static int make_room_late(void *unused)
{
	(void)unused;
	msleep(100);
	for (size_t left = sizeof(bytes); left > 0;)
		left -= (size_t)must("read", read(to[0], bytes, left));
	return 0;
}

static void tee_late(void)
{
	char text[16];
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say("tee", tee(from[0], to[1], 100, 0));
	say_waited("tee", start, 100);
	end_child(child);
	must("write", write(from[1], "y", 1));
	say("tee a part", tee(from[0], to[1], 1, 0));
	say_bytes("copies", read_enough(to[0], text, 2), text);
	say_bytes("the original", read_enough(from[0], text, 2), text);
	say("told not to wait", tee(from[0], to[1], 100, SPLICE_F_NONBLOCK));
	set_nonblocking(to[1], true);
	say("non-blocking", tee(from[0], to[1], 100, 0));
	set_nonblocking(to[1], false);
}

static void tee_to_full(void)
{
	double start = now();
	pid_t child;

	must("write", write_at_once(to[1], bytes, sizeof(bytes)));
	must("write", write(from[1], "m", 1));
	say("no room", tee(from[0], to[1], 100, SPLICE_F_NONBLOCK));
	child = start_child(make_room_late, NULL);
	say("room", tee(from[0], to[1], 100, 0));
	say_waited("room", start, 100);
	end_child(child);
	say("arrived", read(to[0], bytes, sizeof(bytes)));
	say("the original", read(from[0], bytes, sizeof(bytes)));
}

static void vmsplice_late(void)
{
	static char text[16];
	struct iovec in = {text, sizeof(text)}, out = {"m", 1}, much = {bytes, sizeof(bytes)};
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say_bytes("vmsplice from a pipe", vmsplice(from[0], &in, 1, 0), text);
	say_waited("vmsplice", start, 100);
	end_child(child);
	say("vmsplice to a pipe", vmsplice(to[1], &out, 1, 0));
	say_bytes("arrived", read(to[0], text, sizeof(text)), text);
	say("told not to wait", vmsplice(from[0], &in, 1, SPLICE_F_NONBLOCK));

	must("write", write_at_once(to[1], bytes, sizeof(bytes)));
	say("no room", vmsplice(to[1], &much, 1, SPLICE_F_NONBLOCK));
	start = now();
	child = start_child(make_room_late, NULL);
	say("room", vmsplice(to[1], &out, 1, 0));
	say_waited("room", start, 100);
	end_child(child);
	say_bytes("arrived", read(to[0], text, sizeof(text)), text);
}

/* Unlike the others, vmsplice waits at a non-blocking pipe. */
static void vmsplice_nonblocking(void)
{
	char text[16];
	struct iovec in = {text, sizeof(text)};
	pid_t child;
	double start = now();

	set_nonblocking(from[0], true);
	child = start_child(write_late, NULL);
	say_bytes("non-blocking", vmsplice(from[0], &in, 1, 0), text);
	say_waited("non-blocking", start, 100);
	end_child(child);
	ring_every(50, 0);
	say("interrupted", vmsplice(from[0], &in, 1, 0));
	stop_ringing();
	set_nonblocking(from[0], false);
}

static void refuse(void)
{
	struct iovec wild = {(void *)16, 8};
	int file = must("open", open("file", O_RDWR | O_CREAT, 0600));

	signal(SIGPIPE, SIG_IGN);
	say("tee to a file", tee(from[0], file, 10, 0));
	say("tee from nowhere", tee(1000, to[1], 10, 0));
	say("tee nothing", tee(from[0], to[1], 0, 0));
	say("tee, no such flag", tee(from[0], to[1], 10, 1 << 20));
	say("tee to itself", tee(from[0], from[1], 10, 0));
	say("tee the wrong way", tee(from[1], to[0], 10, 0));
	say("vmsplice to a file", vmsplice(file, &wild, 1, 0));
	say("vmsplice to nowhere", vmsplice(-1, &wild, 1, 0));
	say("vmsplice, no such flag", vmsplice(to[1], &wild, 1, 1 << 20));
	say("vmsplice from a wild place", vmsplice(to[1], &wild, 1, 0));
	say("vmsplice nothing", vmsplice(to[1], &wild, 0, 0));
	close(from[1]);
	say("tee at the end", tee(from[0], to[1], 10, 0));
	say("vmsplice at the end", vmsplice(from[0], &(struct iovec){bytes, 10}, 1, 0));
	close(to[0]);
	say("vmsplice to nobody", vmsplice(to[1], &(struct iovec){bytes, 10}, 1, 0));
}

int main(void)
{
	must("pipe", pipe(from));
	must("pipe", pipe(to));
	tee_late();
	tee_to_full();
	vmsplice_late();
	vmsplice_nonblocking();
	refuse();
	return 0;
}
