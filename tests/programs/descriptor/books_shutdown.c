/* parks: read write */
/* shutdown: by the peer, of one's own side, while a call waits, and of what is no socket. */
#include "tests/programs/sock.h"

static int two[2];

static int shut_late(void *how)
{
	msleep_once_parent_waits(50);
	return shutdown(two[1], *(int *)how);
}

static void wait_for_shutdown(const char *what, int how, bool write_much)
{
	static char bytes[1000000];
	double start = now();
	pid_t child = start_child(shut_late, &how);
	ssize_t n = write_much ? write(two[0], bytes, sizeof(bytes)) : read(two[0], bytes, sizeof(bytes));

	if (n > 0)
		say_whether("a part went", n < (ssize_t)sizeof(bytes));
	else
		say(what, n);
	say_waited(what, start, 50);
	end_child(child);
}

static void open_pair(void)
{
	unix_pair(two, SOCK_STREAM);
	set_option(two[0], SO_SNDBUF, 65536); /* far less than what is written, whatever is usual here */
}

int main(void)
{
	char bytes[8];
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	open_pair();
	wait_for_shutdown("peer writes no more", SHUT_WR, false);
	say("peer reads still", write(two[0], "x", 1));
	open_pair();
	wait_for_shutdown("peer is through", SHUT_RDWR, true);
	say("write again", write(two[0], "x", 1));

	open_pair();
	must("write", write(two[1], "x", 1));
	say("own reading side", shutdown(two[0], SHUT_RD));
	say_bytes("what is there", read(two[0], bytes, sizeof(bytes)), bytes);
	say("end", read(two[0], bytes, sizeof(bytes)));
	say("own writing side", shutdown(two[0], SHUT_WR));
	say("write", write(two[0], "x", 1));
	must("pipe", pipe(ends));
	say("no socket", shutdown(ends[0], SHUT_RD));
	say("not open", shutdown(1000, SHUT_RD));
	say("no such way", shutdown(two[0], 77));
	return 0;
}
