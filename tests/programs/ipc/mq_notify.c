/* threads and helpers */
/* A message that a receiver waits for notifies nobody; the next one that none waits for does. */
#include "tests/programs/threads.h"
#include <mqueue.h>
#include <sys/syscall.h>

static mqd_t queue, same;
static volatile sig_atomic_t hits, told_value;

static void on_notification(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	told_value = info->si_value.sival_int;
	hits++;
}

static void open_queue(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 16};
	char name[40];

	snprintf(name, sizeof(name), "/greenload-notify-%d", (int)getpid());
	mq_unlink(name);
	queue = must("mq_open", mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes));
	same = must("mq_open", mq_open(name, O_RDONLY));
	must("mq_unlink", mq_unlink(name));
}

static int ask_for_notification(int value)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value = {value}};

	return mq_notify(queue, &event);
}

static void *receive(void *place)
{
	char bytes[16];
	mqd_t by = (long)place % 2 ? same : queue;

	return (void *)mq_receive(by, bytes, sizeof(bytes), NULL);
}

static void say_hits(const char *what)
{
	msleep(20);
	printf("%s: notified %d\n", what, hits);
}

static void receivers_before(int count)
{
	pthread_t threads[4];

	hits = 0;
	for (long i = 0; i < count; i++)
		threads[i] = start(receive, (void *)i);
	msleep_once_others_wait(60);
	say("notify", ask_for_notification(5));
	for (int i = 0; i < count; i++)
		say("send", mq_send(queue, "waited for", 10, 0));
	for (int i = 0; i < count; i++)
		say("received", (long)join(threads[i]));
	say_hits("with receivers");
	say("again", ask_for_notification(6));
	say("send", mq_send(queue, "alone", 5, 0));
	say_hits("without");
	say("value", told_value);
	receive(0);
	say("once", mq_send(queue, "alone", 5, 0));
	say_hits("once");
	receive(0);
}

static void receiver_after(void)
{
	pthread_t thread;

	hits = 0;
	say("notify", ask_for_notification(7));
	thread = start(receive, NULL);
	msleep_once_others_wait(60);
	say("send", mq_send(queue, "waited for", 10, 0));
	say("received", (long)join(thread));
	say_hits("with a receiver");
	say("remove", mq_notify(queue, NULL));
	say("send", mq_send(queue, "alone", 5, 0));
	say_hits("removed");
	receive(0);
}

static int receive_elsewhere(void *unused)
{
	(void)unused;
	return receive(NULL) == (void *)10l ? 0 : 1;
}

static int send_elsewhere(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(50);
	return mq_send(queue, "from there", 10, 0);
}

static void *idle(void *unused)
{
	char byte;

	(void)!read(*(int *)unused, &byte, 1);
	return unused;
}

/* A receiver of another process waits in the kernel as well; and the sender may be another one. */
static void other_processes(void)
{
	pid_t child;

	hits = 0;
	child = start_child(receive_elsewhere, NULL);
	until_asleep(child);
	say("notify", ask_for_notification(8));
	say("send", mq_send(queue, "waited for", 10, 0));
	end_child(child);
	say_hits("received elsewhere");
	child = start_child(send_elsewhere, NULL);
	say("received", (long)receive(NULL));
	end_child(child);
	say_hits("sent elsewhere");
	say("remove", mq_notify(queue, NULL));
}

static void time_out(void)
{
	struct timespec soon;
	char bytes[16];

	say("notify", ask_for_notification(9));
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 50000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	say("times out", mq_timedreceive(queue, bytes, sizeof(bytes), NULL, &soon));
	say("remove", mq_notify(queue, NULL));
	say("not registered", mq_notify(queue, NULL));
	say("no queue", mq_notify(-1, NULL));
	say("raw", syscall(SYS_mq_notify, queue, NULL));
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_notification, .sa_flags = SA_SIGINFO | SA_RESTART};
	int ends[2];

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sigaction", sigaction(SIGRTMIN, &action, NULL));
	must("pipe", pipe(ends));
	open_queue();
	pthread_t idler = start(idle, &ends[0]);
	receivers_before(1);
	receivers_before(4);
	receiver_after();
	other_processes();
	time_out();
	must("write", write(ends[1], "", 1));
	join(idler);
	return 0;
}
