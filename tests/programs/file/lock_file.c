/* parks: flock lockf fcntl */
/* Locks on files: free, taken by another process, refused, and waits that a signal ends. */
#include "tests/programs/say.h"
#include <sys/file.h>

static int ready[2], go[2];

/* Holds a lock of the kind from before start_holder() returns until this many milliseconds after let_go(). */
struct holder {
	enum { WHOLE, RECORD, DESCRIPTION } kind;
	int ms;
};

static struct flock record(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
}

static int hold(void *arg)
{
	struct holder *h = arg;
	int fd = must("open", open("file", O_RDWR));
	struct flock lock = record(F_WRLCK);
	char byte;

	if (h->kind == WHOLE)
		must("flock", flock(fd, LOCK_EX));
	else
		must("fcntl", fcntl(fd, h->kind == RECORD ? F_SETLK : F_OFD_SETLK, &lock));
	must("write", write(ready[1], "", 1));
	must("read", read(go[0], &byte, 1));
	msleep(h->ms);
	return 0;
}

static void let_go(void)
{
	must("write", write(go[1], "", 1));
}

/* The holder ends no sooner, however late the signals are. */
static void let_go_at_third(int signo)
{
	count_ring(signo);
	if (rings == 3)
		let_go();
}

static pid_t start_holder(int kind, int ms)
{
	struct holder h = {kind, ms};
	pid_t child = start_child(hold, &h);
	char byte;

	must("read", read(ready[0], &byte, 1));
	return child;
}

/* Takes the lock with `take`, which waits for a child of that kind to end. */
static void say_wait(const char *what, int kind, int (*take)(int fd), int fd)
{
	pid_t child = start_holder(kind, 60);
	double start = now();

	let_go();
	errno = 0;
	say(what, take(fd));
	say_error("errno", errno);
	say_waited(what, start, 60);
	end_child(child);
}

static int take_whole(int fd)
{
	return flock(fd, LOCK_EX);
}

static int share_whole(int fd)
{
	return flock(fd, LOCK_SH);
}

static int take_record(int fd)
{
	struct flock lock = record(F_WRLCK);

	return fcntl(fd, F_SETLKW, &lock);
}

static int take_of_description(int fd)
{
	struct flock lock = record(F_RDLCK);

	return fcntl(fd, F_OFD_SETLKW, &lock);
}

static int take_by_lockf(int fd)
{
	lseek(fd, 12, SEEK_SET);
	return lockf(fd, F_LOCK, 1);
}

static void give_back(int fd)
{
	struct flock all = {.l_type = F_UNLCK};

	must("flock", flock(fd, LOCK_UN));
	must("fcntl", fcntl(fd, F_SETLKW, &all));
	must("fcntl", fcntl(fd, F_OFD_SETLKW, &all));
}

static void refuse(int fd)
{
	struct flock lock = record(9);
	int reads = must("open", open("file", O_RDONLY));
	pid_t child;

	say("flock of nothing", flock(-1, LOCK_EX));
	say("flock how", flock(fd, 77));
	say("lockf of nothing", lockf(-1, F_LOCK, 0));
	say("lockf to read only", lockf(reads, F_LOCK, 0));
	say("record of nothing", take_record(-1));
	say("record to read only", take_record(reads));
	say("record how", fcntl(fd, F_SETLKW, &lock));
	say("record nowhere", fcntl(fd, F_SETLKW, (struct flock *)16));
	child = start_holder(WHOLE, 0);
	say("flock at once", flock(fd, LOCK_EX | LOCK_NB));
	let_go();
	end_child(child);
	child = start_holder(RECORD, 0);
	lock = record(F_WRLCK);
	say("record at once", fcntl(fd, F_SETLK, &lock));
	say("lockf at once", lockf(fd, F_TLOCK, 100));
	say("who", fcntl(fd, F_GETLK, &lock));
	say_whether("the child", lock.l_pid == child);
	let_go();
	end_child(child);
	close(reads);
}

static void interrupt(int fd, const char *what, int kind, int (*take)(int fd))
{
	pid_t child = start_holder(kind, 0);

	ring_every(20, 0);
	say(what, take(fd));
	stop_ringing();
	say_whether("rang", rings > 0);
	kill(child, SIGKILL);
	end_child(child);
	say("and then", take(fd));
	give_back(fd);
	child = start_holder(kind, 60);
	ring_by(let_go_at_third, 20, SA_RESTART);
	say(what, take(fd));
	stop_ringing();
	say_whether("rang on", rings > 2);
	end_child(child);
	give_back(fd);
}

/* The child has the tenth byte and waits for the first, which we have. */
static int embrace(void *arg)
{
	int fd = must("open", open("file", O_RDWR));
	struct flock lock = record(F_WRLCK);
	(void)arg;

	must("fcntl", fcntl(fd, F_SETLK, &lock));
	must("write", write(ready[1], "", 1));
	lock = (struct flock){.l_type = F_WRLCK, .l_len = 1};
	return fcntl(fd, F_SETLKW, &lock) != 0;
}

/* The kernel lists who waits for a lock. */
static bool waits_for_lock(pid_t pid)
{
	FILE *locks = fopen("/proc/locks", "r");
	bool found = false;
	char line[200];
	int who;

	while (locks && !found && fgets(line, sizeof(line), locks))
		found = sscanf(line, "%*d: -> %*s %*s %*s %d", &who) == 1 && who == pid;
	if (locks)
		fclose(locks);
	return found;
}

static void deadlock(int fd)
{
	struct flock first = {.l_type = F_WRLCK, .l_len = 1}, lock = record(F_WRLCK);
	pid_t child;
	char byte;

	must("fcntl", fcntl(fd, F_SETLK, &first));
	child = start_child(embrace, NULL);
	must("read", read(ready[0], &byte, 1));
	while (!waits_for_lock(child))
		msleep(1);
	say("embrace", fcntl(fd, F_SETLKW, &lock));
	first.l_type = F_UNLCK;
	must("fcntl", fcntl(fd, F_SETLK, &first));
	end_child(child);
}

int main(void)
{
	int fd = must("open", open("file", O_RDWR | O_CREAT, 0600));

	must("pipe", pipe(ready));
	must("pipe", pipe(go));
	say("free", take_whole(fd));
	say("again", share_whole(fd));
	say("free", take_record(fd));
	give_back(fd);
	say_wait("flock", WHOLE, take_whole, fd);
	give_back(fd);
	say_wait("shared", WHOLE, share_whole, fd);
	give_back(fd);
	say_wait("record", RECORD, take_record, fd);
	give_back(fd);
	say_wait("lockf", RECORD, take_by_lockf, fd);
	give_back(fd);
	say_wait("of a description", DESCRIPTION, take_of_description, fd);
	give_back(fd);
	refuse(fd);
	interrupt(fd, "flock", WHOLE, take_whole);
	interrupt(fd, "record", RECORD, take_record);
	interrupt(fd, "lockf", RECORD, take_by_lockf);
	deadlock(fd);
	return 0;
}
