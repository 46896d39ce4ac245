/* threads and helpers */
/* A cancellation of a thread that waits in a system call that is no cancellation point, and in lio_listio. */
#include "no_point.h"
#include <aio.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>

static uint32_t word, pi_word;
static int ends[2], full[2], held, other, semaphores, source, events;
static char bytes[65536];

static void hold_file(int unused)
{
	(void)unused;
	must("flock", flock(held, LOCK_EX));
}

static void call_flock(int unused)
{
	(void)unused;
	must("flock", flock(other, LOCK_EX));
	flock(other, LOCK_UN);
}

static void release_file(int unused)
{
	(void)unused;
	must("flock", flock(held, LOCK_UN));
}

static bool file_is_free(int unused)
{
	(void)unused;
	return flock(held, LOCK_EX | LOCK_NB) == 0 && flock(held, LOCK_UN) == 0;
}

/* From glibc 2.41 on the signal of a cancellation that is deferred may interrupt what is no cancellation point. */
static void call_semop(int unused)
{
	struct sembuf take = {.sem_op = -1};
	int answer;

	(void)unused;
	while ((answer = semop(semaphores, &take, 1)) < 0 && errno == EINTR)
		;
	must("semop", answer);
}

static void call_semtimedop(int unused)
{
	struct sembuf take = {.sem_op = -1};
	int answer;

	(void)unused;
	while ((answer = semtimedop(semaphores, &take, 1, &(struct timespec){50, 0})) < 0 && errno == EINTR)
		;
	must("semtimedop", answer);
}

static void give_semaphore(int unused)
{
	struct sembuf give = {.sem_op = 1};

	(void)unused;
	must("semop", semop(semaphores, &give, 1));
}

static bool semaphore_is_there(int unused)
{
	struct sembuf take = {.sem_op = -1, .sem_flg = IPC_NOWAIT};

	(void)unused;
	return semop(semaphores, &take, 1) == 0;
}

static void fill_pipe(int unused)
{
	(void)unused;
	while (write_at_once(full[1], bytes, sizeof(bytes)) > 0)
		;
}

static void call_sendfile(int unused)
{
	(void)unused;
	must("sendfile", sendfile(full[1], source, &(off_t){0}, 100));
}

static void empty_pipe(int unused)
{
	(void)unused;
	set_nonblocking(full[0], true);
	while (read(full[0], bytes, sizeof(bytes)) > 0)
		;
	set_nonblocking(full[0], false);
}

static void call_raw_read(int unused)
{
	char byte;

	(void)unused;
	must("read", syscall(SYS_read, ends[0], &byte, 1));
}

static void call_raw_ppoll(int unused)
{
	struct {
		int fd;
		short events, found;
	} entry = {ends[0], 1, 0};
	long answer;
	char byte;

	(void)unused;
	while ((answer = syscall(SYS_ppoll, &entry, 1, NULL, NULL, 8)) < 0 && errno == EINTR)
		;
	must("ppoll", answer);
	must("read", syscall(SYS_read, ends[0], &byte, 1));
}

static void feed_pipe(int unused)
{
	(void)unused;
	must("write", write(ends[1], "x", 1));
}

static bool byte_is_there(int unused)
{
	char byte;

	(void)unused;
	return read(ends[0], &byte, 1) == 1;
}

static void set_word(int unused)
{
	(void)unused;
	word = 0;
}

static void call_futex(int unused)
{
	(void)unused;
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0)
		syscall(SYS_futex, &word, 128, 0, NULL);
}

static void wake_futex(int unused)
{
	(void)unused;
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &word, 129, 1);
}

static void hold_pi(int unused)
{
	(void)unused;
	must("futex", syscall(SYS_futex, &pi_word, 128 | 6, 0, NULL));
}

static void release_pi(int unused)
{
	(void)unused;
	must("futex", syscall(SYS_futex, &pi_word, 128 | 7, 0, NULL));
}

static void call_pi(int unused)
{
	hold_pi(unused);
	release_pi(unused);
}

static bool pi_is_free(int unused)
{
	(void)unused;
	return pi_word == 0;
}

static const struct wait waits[] = {
    {"flock", hold_file, call_flock, release_file, file_is_free, 0},
    {"semop", NULL, call_semop, give_semaphore, semaphore_is_there, 0},
    {"semtimedop", NULL, call_semtimedop, give_semaphore, semaphore_is_there, 0},
    {"sendfile", fill_pipe, call_sendfile, empty_pipe, is_not_known, 0},
    {"raw read", NULL, call_raw_read, feed_pipe, byte_is_there, 0},
    {"raw ppoll", NULL, call_raw_ppoll, feed_pipe, byte_is_there, 0},
    {"raw futex", set_word, call_futex, wake_futex, is_not_known, 0},
    {"raw futex that inherits", hold_pi, call_pi, release_pi, pi_is_free, 0},
};

/*
 * lio_listio(LIO_WAIT) does not act on a deferred cancellation: the requests may lie on the caller's stack. (An
 * asynchronous one ends the caller of glibc's lio_listio with glibc's locks held.)
 */
static struct aiocb one;

static void call_list(int unused)
{
	struct aiocb *list[] = {&one};

	(void)unused;
	lio_listio(LIO_WAIT, list, 1, NULL);
}

static void cancel_in_list(void)
{
	const struct wait wait = {.name = "list", .call = call_list};
	const struct job job = {&wait, PTHREAD_CANCEL_DEFERRED};
	pthread_t thread = begin(&job);

	msleep(15);
	must("eventfd_write", eventfd_write(events, 1));
	finish("deferred", &job, thread);
}

static void prepare(void)
{
	must("pipe", pipe(ends));
	must("pipe", pipe(full));
	held = must("open", open("locked", O_CREAT | O_RDWR, 0600));
	other = must("open", open("locked", O_RDWR));
	source = must("open", open("source", O_CREAT | O_RDWR, 0600));
	must("write", write(source, bytes, sizeof(bytes)));
	semaphores = must("semget", semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
}

static void remove_semaphores(void)
{
	semctl(semaphores, 0, IPC_RMID);
}

int main(void)
{
	prepare();
	atexit(remove_semaphores);
	cancel_each(waits, sizeof(waits) / sizeof(*waits));
	events = must("eventfd", eventfd(0, 0));
	one = (struct aiocb){.aio_fildes = events, .aio_buf = bytes, .aio_nbytes = 8, .aio_lio_opcode = LIO_READ};
	cancel_in_list();
	return 0;
}
