/* threads */
/* A descriptor of a thread becomes readable at its end, and signals are sent to that thread by it. */
#include "threads.h"
#include <poll.h>
#include <semaphore.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>

enum { OF_THREAD = O_EXCL };

static __thread volatile sig_atomic_t mine;
static sem_t gate;
static pid_t id;

static void on_signal(int signo)
{
	mine += signo == SIGUSR1;
}

static void *tell_id_and_wait(void *unused)
{
	__atomic_store_n(&id, gettid(), __ATOMIC_SEQ_CST);
	while (!mine)
		usleep(1000);
	sem_wait(&gate);
	return unused;
}

static bool is_readable(int fd, int ms)
{
	struct pollfd end = {.fd = fd, .events = POLLIN};

	return poll(&end, 1, ms) == 1 && end.revents & POLLIN;
}

static void wait_by_descriptor(void)
{
	pthread_t thread = start(tell_id_and_wait, NULL);
	int fd, twin;

	while (!__atomic_load_n(&id, __ATOMIC_SEQ_CST))
		msleep(1);
	say("odd flags", pidfd_open(id, 1 << 20));
	say("as a process", pidfd_open(id, 0));
	fd = must("open", pidfd_open(id, OF_THREAD));
	say_whether("close-on-exec", fcntl(fd, F_GETFD) & FD_CLOEXEC);
	say_whether("readable", is_readable(fd, 0));
	say("signal, none", pidfd_send_signal(fd, 0, NULL, 0));
	say("signal, odd", pidfd_send_signal(fd, 0, NULL, 1 << 20));
	say("signal, wrong", pidfd_send_signal(fd, 1000, NULL, 0));
	say("signal", pidfd_send_signal(fd, SIGUSR1, NULL, 0));
	say("getfd, none", pidfd_getfd(fd, 1 << 20, 0));
	say("getfd, odd", pidfd_getfd(fd, 0, 1));
	twin = pidfd_getfd(fd, 1, 0);
	say_whether("getfd", twin > 2 && twin != fd && fcntl(twin, F_GETFD) == FD_CLOEXEC);
	close(twin);
	sem_post(&gate);
	say_whether("readable at its end", is_readable(fd, 30000));
	join(thread);
	say("signal what has ended", pidfd_send_signal(fd, SIGUSR1, NULL, 0));
	say("main had", mine);
	close(fd);
	say("closed", pidfd_send_signal(fd, SIGUSR1, NULL, 0));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&gate, 0, 0));
	signal(SIGUSR1, on_signal);
	if (syscall(SYS_pidfd_open, getpid(), OF_THREAD) < 0) {
		puts("skipped: this kernel has no descriptors of threads");
		return 0;
	}
	wait_by_descriptor();
	say("nobody", pidfd_open(1 << 28, OF_THREAD));
	return 0;
}
