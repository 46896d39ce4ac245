/* parks: mq_send mq_timedsend mq_receive mq_timedreceive msgsnd msgrcv semop semtimedop */
/* syscall() with the numbers of the calls on queues and semaphores that wait, with and without a time limit. */
#include "tests/programs/say.h"
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

static char name[32], bytes[16];
static int messages = -1, semaphores = -1;
static mqd_t queue;

struct message {
	long type;
	char byte;
};

static int send_late(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return mq_send(queue, "late", 4, 7);
}

static int receive_late(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return mq_receive(queue, bytes, sizeof(bytes), NULL) < 0;
}

static int give_message_late(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return msgsnd(messages, &(struct message){1, 'm'}, 1, 0);
}

static int take_message_late(void *unused)
{
	struct message m;

	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return msgrcv(messages, &m, 1, 2, 0) != 1;
}

static int raise_late(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return semop(semaphores, &(struct sembuf){0, 1, 0}, 1);
}

static void wait_for(const char *what, int (*other)(void *), long number, long a, const void *b, long c, long d, long e)
{
	double start = now();
	pid_t child = start_child(other, NULL);

	say(what, syscall(number, a, b, c, d, e));
	say_waited(what, start, 30);
	end_child(child);
}

static void posix_queue(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = sizeof(bytes)};
	struct timespec later, past = {1000, 0};
	long limit = (long)&later;

	snprintf(name, sizeof(name), "/raw_queues-%d", (int)getpid());
	queue = must("mq_open", mq_open(name, O_CREAT | O_RDWR, 0600, &attributes));
	mq_unlink(name);
	clock_gettime(CLOCK_REALTIME, &later);
	later.tv_sec += 5;
	wait_for("receive", send_late, SYS_mq_timedreceive, queue, bytes, sizeof(bytes), 0, 0);
	wait_for("receive, limited", send_late, SYS_mq_timedreceive, queue, bytes, sizeof(bytes), 0, limit);
	say("receive, too late", syscall(SYS_mq_timedreceive, queue, bytes, sizeof(bytes), NULL, &past));
	say("send", syscall(SYS_mq_timedsend, queue, "one", 3L, 0L, NULL));
	wait_for("send to full", receive_late, SYS_mq_timedsend, queue, "two", 3, 0, 0);
	wait_for("send to full, limited", receive_late, SYS_mq_timedsend, queue, "two", 3, 0, limit);
	say("send, too late", syscall(SYS_mq_timedsend, queue, "one", 3L, 0L, &past));
	say("send to nothing", syscall(SYS_mq_timedsend, -1, "one", 3L, 0L, NULL));
}

static void message_queue(void)
{
	struct message m = {2, 'x'};
	struct msqid_ds state;

	wait_for("msgrcv", give_message_late, SYS_msgrcv, messages, &m, 1, 0, 0);
	say("byte", m.byte);
	say("msgrcv, not to wait", syscall(SYS_msgrcv, messages, &m, 1L, 0L, (long)IPC_NOWAIT));
	must("IPC_STAT", msgctl(messages, IPC_STAT, &state));
	state.msg_qbytes = 1;
	must("IPC_SET", msgctl(messages, IPC_SET, &state));
	m.type = 2;
	say("msgsnd", syscall(SYS_msgsnd, messages, &m, 1L, 0L));
	wait_for("msgsnd to full", take_message_late, SYS_msgsnd, messages, &m, 1, 0, 0);
	say("msgsnd, not to wait", syscall(SYS_msgsnd, messages, &m, 1L, (long)IPC_NOWAIT));
	say("msgsnd to nothing", syscall(SYS_msgsnd, -1, &m, 1L, 0L));
}

static void semaphore(void)
{
	struct sembuf take = {0, -1, 0};
	struct timespec soon = {0, 30000000}, later = {5, 0};
	double start;

	wait_for("semop", raise_late, SYS_semop, semaphores, &take, 1, 0, 0);
	wait_for("semtimedop", raise_late, SYS_semtimedop, semaphores, &take, 1, 0, 0);
	wait_for("semtimedop, limited", raise_late, SYS_semtimedop, semaphores, &take, 1, (long)&later, 0);
	start = now();
	say("semtimedop, in vain", syscall(SYS_semtimedop, semaphores, &take, 1L, &soon));
	say_waited("semtimedop", start, 30);
	take.sem_flg = IPC_NOWAIT;
	say("semop, not to wait", syscall(SYS_semop, semaphores, &take, 1L));
	say("semop on nothing", syscall(SYS_semop, -1, &take, 1L));
}

/* Once more, in case the program ends early. */
static void remove_all(void)
{
	msgctl(messages, IPC_RMID, NULL);
	semctl(semaphores, 0, IPC_RMID);
}

int main(void)
{
	messages = must("msgget", msgget(IPC_PRIVATE, IPC_CREAT | 0600));
	semaphores = must("semget", semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
	atexit(remove_all);
	posix_queue();
	message_queue();
	semaphore();
	return 0;
}
