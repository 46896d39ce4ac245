/*
 * Calls that change a terminal. From the background they stop the process, unless the thread that makes them blocks
 * SIGTTOU: so for as long as such a call lasts the kernel is told that the calling greenlet does.
 */
#include "../runtime/mask.h"
#include "blocking.h"
#include <termios.h>

static int end(bool shown, int result)
{
	if (shown)
		apply_masks(self->hub);
	return result;
}

int tcsetattr(int fd, int when, const struct termios *settings)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcsetattr(fd, when, settings));
}

int tcsetpgrp(int fd, pid_t group)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcsetpgrp(fd, group));
}

int tcflush(int fd, int queue)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcflush(fd, queue));
}

int tcflow(int fd, int action)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcflow(fd, action));
}

int tcsendbreak(int fd, int duration)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcsendbreak(fd, duration));
}

int tcdrain(int fd)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcdrain(fd));
}
