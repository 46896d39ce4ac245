/*
 * The kernel signals the OS thread of a greenlet that owns a descriptor, and reports the descriptor if the signal was
 * chosen by F_SETSIG. If none was chosen, SIGIO is chosen here, which is what the kernel sends then.
 */
#include "owner.h"
#include "preload/core/blocking.h"
#include "preload/core/thread_ids.h"
#include "preload/signal/addressed.h"
#include "runtime/signal/addressee.h"
#include "runtime/sys/user_memory.h"

bool is_about_owner(int command)
{
	return command == F_SETOWN || command == F_SETOWN_EX || command == F_GETOWN || command == F_GETOWN_EX ||
	       command == F_SETSIG || command == F_GETSIG;
}

static struct greenlet *owner_of(int fd)
{
	struct greenlet *g = NULL;

	return addressee_of(OF_DESCRIPTOR, fd, NULL, &g) ? g : NULL;
}

/* From now on the owner is the process as a whole, or none. */
static void forget_owner(int fd)
{
	if (is_unchosen(fd))
		libc.fcntl(fd, F_SETSIG, 0);
	forget_addressee(OF_DESCRIPTOR, fd);
}

/* To the kernel, a thread other than the first is not a process: then there is no owner. */
static int set_process(int fd, long id)
{
	int result = libc.fcntl(fd, F_SETOWN, greenlet_named((pid_t)id) ? 0 : id);

	if (result == 0)
		forget_owner(fd);
	return result;
}

/* The main greenlet has signals of its own, too, once there are others. */
static bool is_of_greenlet(pid_t id)
{
	return greenlet_named(id) || (self && id == kernel_id_of(self));
}

static int set_thread(int fd, const struct f_owner_ex *owner)
{
	struct f_owner_ex known = {owner->type, known_id(owner->pid)};
	struct greenlet *g = greenlet_named(owner->pid);
	int result = libc.fcntl(fd, F_SETOWN_EX, &known), signo;

	if (result != 0)
		return result;
	if (!note_addressee(OF_DESCRIPTOR, fd, g))
		return (int)with_errno(-ENOMEM);
	signo = libc.fcntl(fd, F_GETSIG);
	expect_addressed(signo > 0 ? signo : SIGIO);
	if (signo == 0 && libc.fcntl(fd, F_SETSIG, SIGIO) == 0)
		note_unchosen(fd, true);
	return 0;
}

static int set_owner(int fd, const struct f_owner_ex *owner)
{
	struct f_owner_ex nobody = {0};
	int result;

	if (!is_readable(&owner->type) || !is_readable(&owner->pid))
		return libc.fcntl(fd, F_SETOWN_EX, owner);
	if (owner->type == F_OWNER_TID && is_of_greenlet(owner->pid))
		return set_thread(fd, owner);
	nobody.type = owner->type;
	result = libc.fcntl(fd, F_SETOWN_EX, greenlet_named(owner->pid) ? &nobody : owner);
	if (result == 0)
		forget_owner(fd);
	return result;
}

/* The OS thread's id may also stand for the OS thread itself. */
static int get_owner(int fd, int command, long argument)
{
	struct f_owner_ex *owner = (struct f_owner_ex *)argument;
	const struct greenlet *g = owner_of(fd);
	int result = libc.fcntl(fd, command, argument);

	if (result < 0 || !g)
		return result;
	if (command == F_GETOWN)
		return result == kernel_id_of(g) ? thread_id_of(g) : result;
	if (owner->type == F_OWNER_TID && owner->pid == kernel_id_of(g))
		owner->pid = thread_id_of(g);
	return result;
}

static int choose_signal(int fd, long signo)
{
	bool is_owned = owner_of(fd), is_left = !signo && is_owned;
	int result;

	if (is_owned)
		expect_addressed(signo ? (int)signo : SIGIO);
	result = libc.fcntl(fd, F_SETSIG, is_left ? SIGIO : signo);

	if (result == 0)
		note_unchosen(fd, is_left);
	return result;
}

int set_or_get_owner(int fd, int command, long argument)
{
	switch (command) {
	case F_SETOWN:
		return set_process(fd, argument);
	case F_SETOWN_EX:
		return set_owner(fd, (const struct f_owner_ex *)argument);
	case F_SETSIG:
		return choose_signal(fd, argument);
	case F_GETSIG:
		return is_unchosen(fd) ? 0 : libc.fcntl(fd, F_GETSIG);
	default:
		return get_owner(fd, command, argument);
	}
}

void share_owner(int fd, int twin)
{
	if (has_addressees())
		copy_addressee(OF_DESCRIPTOR, fd, twin);
}
