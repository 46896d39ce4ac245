/* threads */
/* Read-write locks of each kind beside a writer that waits: which readers it keeps out, and what its giving up lets in.
 */
#include "tests/programs/say.h"
#include <pthread.h>
#include <semaphore.h>

enum { KINDS = 3, READERS = 4 };

static const int kinds[KINDS] = {
    PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP};
static const char *const names[KINDS] = {"reader", "writer", "writer, nonrecursive"};

static pthread_rwlock_t lock;
static sem_t inside, written;
static int value;

static void init_lock(int kind)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, kind);
	pthread_rwlock_init(&lock, &attributes);
	sem_init(&inside, 0, 0);
	sem_init(&written, 0, 0);
	value = 0;
}

static void *write_once(void *unused)
{
	pthread_rwlock_wrlock(&lock);
	value++;
	pthread_rwlock_unlock(&lock);
	sem_post(&written);
	return unused;
}

static void *read_once(void *unused)
{
	pthread_rwlock_rdlock(&lock);
	sem_post(&inside);
	pthread_rwlock_unlock(&lock);
	return unused;
}

/* The first reader waits for the others while it has the lock: with two of the kinds they pass the writer. */
static void readers_need_each_other(int kind)
{
	pthread_t writer, reader[READERS];
	int i;

	init_lock(kinds[kind]);
	pthread_rwlock_rdlock(&lock);
	pthread_create(&writer, NULL, write_once, NULL);
	usleep(20000); /* the writer waits by now, most likely; what follows holds if it does not, too */
	for (i = 0; i < READERS; i++)
		pthread_create(&reader[i], NULL, read_once, NULL);
	for (i = 0; i < READERS; i++)
		sem_wait(&inside);
	say("readers inside, written", value);
	say_error("another read lock of one's own", pthread_rwlock_rdlock(&lock));
	say_error("unlock", pthread_rwlock_unlock(&lock));
	say_error("unlock", pthread_rwlock_unlock(&lock));
	sem_wait(&written);
	pthread_join(writer, NULL);
	for (i = 0; i < READERS; i++)
		pthread_join(reader[i], NULL);
	say("written", value);
}

/* Until a writer waits: with this kind, a reader is refused then. */
static void await_writer(void)
{
	while (pthread_rwlock_tryrdlock(&lock) == 0) {
		pthread_rwlock_unlock(&lock);
		usleep(1000);
	}
}

static void *write_in_vain(void *unused)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec++;
	say_error("clockwrlock", pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &at));
	return unused;
}

static void a_writer_keeps_readers_out(void)
{
	struct timespec past = {0};
	pthread_t writer, reader;

	init_lock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_rdlock(&lock);
	pthread_create(&writer, NULL, write_in_vain, NULL);
	await_writer();
	say_error("tryrdlock", pthread_rwlock_tryrdlock(&lock));
	say_error("timedrdlock", pthread_rwlock_timedrdlock(&lock, &past));
	pthread_create(&reader, NULL, read_once, NULL);
	pthread_join(writer, NULL);
	pthread_join(reader, NULL);
	say_error("tryrdlock once it has given up", pthread_rwlock_tryrdlock(&lock));
	pthread_rwlock_unlock(&lock);
	pthread_rwlock_unlock(&lock);
	say_error("trywrlock", pthread_rwlock_trywrlock(&lock));
	say_error("tryrdlock of the writer", pthread_rwlock_tryrdlock(&lock));
	say_error("rdlock of the writer", pthread_rwlock_rdlock(&lock));
	pthread_rwlock_unlock(&lock);
}

int main(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		printf("-- prefers a %s\n", names[i]);
		readers_need_each_other(i);
	}
	printf("-- prefers a %s\n", names[2]);
	a_writer_keeps_readers_out();
	return 0;
}
