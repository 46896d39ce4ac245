/*
 * Calls that change a terminal. From the background they stop the process, unless the calling thread blocks SIGTTOU: so
 * for the time of such a call the kernel's mask blocks it if the calling greenlet does.
 */
#include "preload/core/blocking.h"
#include "runtime/sched/mask.h"
#include <sys/syscall.h>
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

	int result = end(shown, libc.tcsetattr(fd, when, settings));

	if (result == 0)
		fd_terminal_changed();
	return result;
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

static int drain_natively(int fd)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);

	return end(shown, libc.tcdrain(fd));
}

/*
 * False in the background, where the calling process must be stopped: an offload thread, which blocks all signals,
 * would not be.
 */
static bool may_wait(int fd)
{
	pid_t group;
	int left;

	return libc.ioctl(fd, TIOCOUTQ, &left) == 0 && left && libc.ioctl(fd, TIOCGPGRP, &group) == 0 &&
	       group == (pid_t)raw_syscall(SYS_getpgid, 0, 0, 0, 0, 0, 0);
}

/* No event reports the end of the output, so an offload thread waits if there is some. */
int tcdrain(int fd)
{
	const long waiting[7] = {SYS_ioctl, fd, TCSBRK, 1};
	struct blocking call = blocking_on(CALL_tcdrain, -1, 0);
	int result;

	if (goes_native(&call))
		return drain_natively(fd);
	if (may_wait(fd))
		result = (int)make_call_offloaded(&call, waiting);
	else
		result = drain_natively(fd);
	return (int)settled(&call, result);
}
