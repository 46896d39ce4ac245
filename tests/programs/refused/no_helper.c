/* parks: open openat creat flock fcntl msgrcv msgsnd semop semtimedop wait waitid */
/* Calls that wait while the system gives no thread: others go on, and the calls end as they should. */
#include "no_more_threads.h"
#include "tests/programs/say.h"
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Made before the limit is set, and told one by one to begin. */
struct partner {
	pid_t pid;
	int begin;
};

static int ids[3]; /* a queue, its like that is full, semaphores */

static struct partner make_partner(int (*task)(void *arg), void *arg)
{
	struct partner partner;
	char byte;
	int ends[2];

	must("pipe", pipe(ends));
	fflush(stdout);
	partner.begin = ends[1];
	partner.pid = must("fork", fork());
	if (partner.pid) {
		close(ends[0]);
		return partner;
	}
	close(ends[1]);
	alarm(60);
	if (read(ends[0], &byte, 1) != 1)
		_exit(1);
	msleep_once_parent_waits(60);
	_exit(task(arg));
}

static void begin(const struct partner *partner)
{
	must("write", write(partner->begin, "b", 1));
	close(partner->begin);
}

static int write_to_fifo(void *name)
{
	int fd = must("open", open(name, O_WRONLY));

	return write(fd, "hello", 5) != 5;
}

static int write_late_to_fifo(void *name)
{
	int fd = must("open", open(name, O_WRONLY));

	msleep(300);
	return write(fd, "late", 4) != 4;
}

static int pass_by_fifo(void *name)
{
	return close(must("open", open(name, O_WRONLY)));
}

static int read_from_fifo(void *name)
{
	char bytes[8];
	int fd = must("open", open(name, O_RDONLY));

	return read_enough(fd, bytes, sizeof(bytes)) != 5;
}

static int send_message(void *unused)
{
	struct {
		long type;
		char text[4];
	} message = {7, "abc"};

	(void)unused;
	return msgsnd(ids[0], &message, sizeof(message.text), 0);
}

static int take_message(void *unused)
{
	struct {
		long type;
		char text[4];
	} message;

	(void)unused;
	return msgrcv(ids[1], &message, sizeof(message.text), 0, 0) < 0;
}

static int raise_semaphore(void *unused)
{
	struct sembuf up = {.sem_num = 0, .sem_op = 1};

	(void)unused;
	return semop(ids[2], &up, 1);
}

static int do_nothing(void *unused)
{
	(void)unused;
	return 5;
}

/* The lock's holder says that it has it, and lets it go at its end. */
static struct partner make_holder(int (*take)(int fd), int fd_to_tell)
{
	struct partner partner;
	char byte;
	int ends[2], fd;

	must("pipe", pipe(ends));
	fflush(stdout);
	partner.begin = ends[1];
	partner.pid = must("fork", fork());
	if (partner.pid) {
		close(ends[0]);
		return partner;
	}
	close(ends[1]);
	alarm(60);
	fd = must("open", open("locked", O_RDWR));
	must("lock", take(fd));
	must("write", write(fd_to_tell, "l", 1));
	if (read(ends[0], &byte, 1) != 1)
		_exit(1);
	msleep_once_parent_waits(60);
	_exit(0);
}

static int take_flock(int fd)
{
	return flock(fd, LOCK_EX);
}

static int take_record(int fd)
{
	return fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK, .l_start = 10, .l_len = 1});
}

static void read_fifo(const char *what, const struct partner *partner, int fd, double start)
{
	char bytes[8];

	say(what, fd < 0 ? -1 : 0);
	say_waited(what, start, 60);
	say_whether("does not wait", fcntl(fd, F_GETFL) & O_NONBLOCK);
	say_bytes("read", read_enough(fd, bytes, 5), bytes);
	say("end", read(fd, bytes, sizeof(bytes)));
	close(fd);
	end_child(partner->pid);
}

static void do_files(struct partner *partners)
{
	double start = now();
	int fd;

	begin(&partners[0]);
	read_fifo("to read", &partners[0], open("fifo", O_RDONLY | O_CLOEXEC), start);

	start = now();
	begin(&partners[1]);
	read_fifo("before there is anything to read", &partners[1], openat(AT_FDCWD, "fifo", O_RDONLY), start);

	start = now();
	begin(&partners[2]);
	say("of a writer that has gone", (fd = open("fifo", O_RDONLY)) < 0 ? -1 : 0);
	say_waited("for the writer", start, 60);
	close(fd);
	end_child(partners[2].pid);

	start = now();
	begin(&partners[3]);
	say("to write", (fd = creat("fifo", 0600)) < 0 ? -1 : 0);
	say_waited("for a reader", start, 60);
	say_whether("does not wait", fcntl(fd, F_GETFL) & O_NONBLOCK);
	say("write", write(fd, "hello", 5));
	close(fd);
	end_child(partners[3].pid);

	ring_every(50, 0);
	say("interrupted, to read", open("fifo", O_RDONLY));
	say("interrupted, to write", open("fifo", O_WRONLY));
	say_error("processor time", clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &(struct timespec){30, 0}, NULL));
	stop_ringing();
	say("nothing there", open("nothing", O_RDONLY));
	say("a socket's name", open("/dev/log/nothing", O_WRONLY));
}

static void do_locks(struct partner *partners)
{
	int fd = must("open", open("locked", O_RDWR));
	struct flock lock = {.l_type = F_WRLCK, .l_start = 10, .l_len = 1};

	begin(&partners[0]);
	say("flock", flock(fd, LOCK_EX));
	end_child(partners[0].pid);
	begin(&partners[1]);
	say("fcntl", fcntl(fd, F_SETLKW, &lock));
	end_child(partners[1].pid);
	close(fd);
}

static void do_queues(struct partner *partners)
{
	struct {
		long type;
		char text[4];
	} message = {1, "xyz"};
	struct sembuf down = {.sem_num = 0, .sem_op = -1};
	const struct timespec little = {0, 50000000};

	begin(&partners[0]);
	say("msgrcv", msgrcv(ids[0], &message, sizeof(message.text), 0, 0));
	say_bytes("message", 3, message.text);
	end_child(partners[0].pid);
	begin(&partners[1]);
	say("msgsnd", msgsnd(ids[1], &message, sizeof(message.text), 0));
	end_child(partners[1].pid);
	begin(&partners[2]);
	say("semop", semop(ids[2], &down, 1));
	end_child(partners[2].pid);
	say("semtimedop", semtimedop(ids[2], &down, 1, &little));
}

static void do_children(struct partner *partners)
{
	siginfo_t info = {0};
	int status;

	begin(&partners[0]);
	say_whether("wait", wait(&status) == partners[0].pid);
	say("status", WEXITSTATUS(status));
	begin(&partners[1]);
	say("waitid", waitid(P_ALL, 0, &info, WEXITED));
	say_whether("the child", info.si_pid == partners[1].pid);
	say("no child", wait(&status));
}

static void say_threads(void)
{
	char line[128];
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof(line), status)) {
		if (strncmp(line, "Threads:", 8) == 0)
			printf("threads: %d\n", atoi(line + 8));
	}
	if (status)
		fclose(status);
}

static void make_objects(void)
{
	struct {
		long type;
		char text[4];
	} message = {1, "x"};

	umask(0);
	must("mkfifo", mkfifo("fifo", 0666));
	close(must("open", open("locked", O_RDWR | O_CREAT, 0666)));
	ids[0] = must("msgget", msgget(IPC_PRIVATE, 0666));
	ids[1] = must("msgget", msgget(IPC_PRIVATE, 0666));
	ids[2] = must("semget", semget(IPC_PRIVATE, 1, 0666));
	while (msgsnd(ids[1], &message, sizeof(message.text), IPC_NOWAIT) == 0)
		;
}

/* Their owner may remove them. */
static void remove_objects(void *unused)
{
	(void)unused;
	msgctl(ids[0], IPC_RMID, NULL);
	msgctl(ids[1], IPC_RMID, NULL);
	semctl(ids[2], 0, IPC_RMID);
}

static int remove_at_end(void *unused)
{
	remove_objects(unused);
	return 0;
}

int main(void)
{
	struct partner files[4], locks[2], queues[3], children[2], remover;
	int told[2];
	char bytes[2];

	alarm(55);
	make_objects();
	must("pipe", pipe(told));
	files[0] = make_partner(write_to_fifo, "fifo");
	files[1] = make_partner(write_late_to_fifo, "fifo");
	files[2] = make_partner(pass_by_fifo, "fifo");
	files[3] = make_partner(read_from_fifo, "fifo");
	locks[0] = make_holder(take_flock, told[1]);
	locks[1] = make_holder(take_record, told[1]);
	queues[0] = make_partner(send_message, NULL);
	queues[1] = make_partner(take_message, NULL);
	queues[2] = make_partner(raise_semaphore, NULL);
	children[0] = make_partner(do_nothing, NULL);
	children[1] = make_partner(do_nothing, NULL);
	remover = make_partner(remove_at_end, NULL);
	must("read", read(told[0], bytes, 1));
	must("read", read(told[0], bytes + 1, 1));
	give_up_threads();
	do_files(files);
	do_locks(locks);
	do_queues(queues);
	begin(&remover);
	end_child(remover.pid);
	do_children(children);
	say_threads();
	take_privileges_back();
	return 0;
}
