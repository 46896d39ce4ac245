/* Jumps out of handlers that have interrupted a call which another OS thread may be making in the caller's place. */
#include "tests/programs/say.h"
#include <setjmp.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>

static sigjmp_buf place;
static char path[] = "/tmp/signal_jumps_aside.XXXXXX", fifo[sizeof(path) + 5];
static int file, messages, semaphores;

struct message {
	long type;
	char text[8];
};

static void jump(int signo)
{
	siglongjmp(place, signo);
}

static __attribute__((noinline)) void overwrite_stack(void)
{
	volatile char bytes[16384];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)0xa5;
}

static void for_lock(void)
{
	flock(file, LOCK_EX);
}

static void for_record_lock(void)
{
	struct flock whole = {.l_type = F_WRLCK};

	fcntl(file, F_OFD_SETLKW, &whole);
}

static void for_message(void)
{
	struct message message;

	msgrcv(messages, &message, sizeof(message.text), 0, 0);
}

static void for_semaphore(void)
{
	struct sembuf down = {.sem_op = -1};

	semop(semaphores, &down, 1);
}

static void for_writer(void)
{
	close(open(fifo, O_RDONLY));
}

static void jump_out(const char *what, void (*wait)(void))
{
	static volatile int n;

	for (n = 0; n < 5; n++) {
		if (sigsetjmp(place, 1) == 0) {
			must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, 20000}}, NULL));
			wait();
			printf("not reached\n");
		}
		overwrite_stack();
	}
	say(what, n);
}

/* Nothing of what was left takes what comes now. */
static void use(int other)
{
	struct message sent = {1, "message"}, received;
	struct flock whole = {.l_type = F_WRLCK}, none = {.l_type = F_UNLCK};
	struct sembuf up = {.sem_op = 1}, down = {.sem_op = -1};
	int writer;

	must("F_OFD_SETLK", fcntl(other, F_OFD_SETLK, &none));
	must("LOCK_UN", flock(other, LOCK_UN));
	msleep(20);
	say("flock", flock(other, LOCK_EX | LOCK_NB));
	say("F_OFD_SETLK", fcntl(other, F_OFD_SETLK, &whole));
	say("msgsnd", msgsnd(messages, &sent, sizeof(sent.text), 0));
	msleep(20);
	say("msgrcv", msgrcv(messages, &received, sizeof(received.text), 0, IPC_NOWAIT));
	say("semop", semop(semaphores, &up, 1));
	msleep(20);
	say("semop", semop(semaphores, &down, 1));
	writer = open(fifo, O_WRONLY | O_NONBLOCK);
	say("no reader", writer);
}

static volatile pid_t forked;
static volatile bool in_child;

static void fork_once(int signo)
{
	(void)signo;
	forked = fork();
	in_child = !forked;
}

static int unlock_late(void *other)
{
	msleep_once_parent_waits(150);
	return flock(*(int *)other, LOCK_UN);
}

/* Both go on with the wait that the handler has interrupted, which ends for both. */
static void fork_out_of_wait(int other)
{
	pid_t unlocker = start_child(unlock_late, &other);
	int result;

	must("sigaction",
	    sigaction(SIGALRM, &(struct sigaction){.sa_handler = fork_once, .sa_flags = SA_RESTART}, NULL));
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, 20000}}, NULL));
	result = flock(file, LOCK_EX);
	while (!forked && !in_child)
		msleep(1);
	if (in_child)
		_exit(result == 0 ? 7 : 8);
	say("flock", result);
	end_child(forked);
	end_child(unlocker);
}

int main(void)
{
	struct sigaction action = {.sa_handler = jump, .sa_flags = SA_RESTART};
	struct flock whole = {.l_type = F_WRLCK};
	int other;

	must("sigaction", sigaction(SIGALRM, &action, NULL));
	file = must("mkstemp", mkstemp(path));
	other = must("open", open(path, O_RDWR));
	unlink(path);
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	must("mkfifo", mkfifo(fifo, 0600));
	must("flock", flock(other, LOCK_EX));
	must("fcntl", fcntl(other, F_OFD_SETLK, &whole));
	messages = must("msgget", msgget(IPC_PRIVATE, 0600));
	semaphores = must("semget", semget(IPC_PRIVATE, 1, 0600));
	jump_out("lock", for_lock);
	jump_out("record lock", for_record_lock);
	jump_out("message", for_message);
	jump_out("semaphore", for_semaphore);
	jump_out("writer", for_writer);
	fork_out_of_wait(other);
	must("flock", flock(file, LOCK_UN));
	use(other);
	unlink(fifo);
	must("msgctl", msgctl(messages, IPC_RMID, NULL));
	must("semctl", semctl(semaphores, 0, IPC_RMID));
	return 0;
}
