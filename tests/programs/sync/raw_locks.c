/* parks: flock fcntl */
/* syscall() with the numbers of the calls that lock files: what another process has is waited for. */
#include "tests/programs/say.h"
#include <sys/file.h>
#include <sys/syscall.h>

static int held[2], done[2];

/* The other has the lock once a byte comes, and gives it back a while later, or when it is told to. */
static int keep(bool *for_a_while)
{
	char byte;

	must("write", write(held[1], "x", 1));
	if (!*for_a_while) {
		must("read", read(done[0], &byte, 1));
		return 0;
	}
	until_asleep(getppid());
	msleep(60);
	return 0;
}

static int hold_flock(void *for_a_while)
{
	int fd = must("open", open("file", O_RDWR));

	must("flock", flock(fd, LOCK_EX));
	return keep(for_a_while);
}

static int hold_record(void *for_a_while)
{
	struct flock lock = {.l_type = F_WRLCK};
	int fd = must("open", open("file", O_RDWR));

	must("fcntl", fcntl(fd, F_SETLK, &lock));
	return keep(for_a_while);
}

static pid_t held_by(int (*hold)(void *), bool for_a_while)
{
	pid_t child = start_child(hold, &for_a_while);
	char byte;

	while (read(held[0], &byte, 1) < 0) /* of an alarm that comes late */
		must("read", errno == EINTR ? 0 : -1);
	return child;
}

static void let_go(pid_t child)
{
	must("write", write(done[1], "x", 1));
	end_child(child);
}

static void wait_for(const char *what, int (*hold)(void *), long number, long fd, long b, long c)
{
	double start = now();
	pid_t child = held_by(hold, true);

	say(what, syscall(number, fd, b, c));
	say_waited(what, start, 60);
	end_child(child);
}

static void lock_files(int fd, struct flock *lock, struct flock *unlock)
{
	wait_for("flock", hold_flock, SYS_flock, fd, LOCK_EX, 0);
	say("flock, given back", syscall(SYS_flock, fd, LOCK_UN));
	wait_for("fcntl", hold_record, SYS_fcntl, fd, F_SETLKW, (long)lock);
	say("fcntl, given back", syscall(SYS_fcntl, fd, F_SETLK, unlock));
	wait_for("fcntl of a description", hold_record, SYS_fcntl, fd, F_OFD_SETLKW, (long)lock);
	say("fcntl, given back", syscall(SYS_fcntl, fd, F_OFD_SETLK, unlock));
}

static void lock_in_vain(int fd, struct flock *lock)
{
	pid_t child = held_by(hold_flock, false);

	say("flock, not to wait", syscall(SYS_flock, fd, LOCK_EX | LOCK_NB));
	ring_every(10, 0);
	say("flock, interrupted", syscall(SYS_flock, fd, LOCK_EX));
	stop_ringing();
	let_go(child);
	child = held_by(hold_record, false);
	say("fcntl, not to wait", syscall(SYS_fcntl, fd, F_SETLK, lock));
	ring_every(10, 0);
	say("fcntl, interrupted", syscall(SYS_fcntl, fd, F_SETLKW, lock));
	stop_ringing();
	let_go(child);
}

int main(void)
{
	struct flock lock = {.l_type = F_WRLCK}, unlock = {.l_type = F_UNLCK};
	int fd = must("open", open("file", O_CREAT | O_RDWR, 0600));

	must("pipe", pipe(held));
	must("pipe", pipe(done));
	lock_files(fd, &lock, &unlock);
	lock_in_vain(fd, &lock);
	say("flock of nothing", syscall(SYS_flock, -1, LOCK_EX));
	say("fcntl of nothing", syscall(SYS_fcntl, -1, F_SETLKW, &lock));
	say("fcntl, wild", syscall(SYS_fcntl, fd, F_SETLKW, 16L));
	return 0;
}
