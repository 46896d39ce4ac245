/* Read-write locks of every kind, between greenlets and with OS threads. */
#include "crew.h"
#include <stdatomic.h>

enum { ROUNDS = 200, KINDS = 3 };

static const int kinds[KINDS] = {
    PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP};

static pthread_rwlock_t rwlock;

static void init_lock(int kind)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	must("setkind", -pthread_rwlockattr_setkind_np(&attributes, kind));
	must("pthread_rwlock_init", -pthread_rwlock_init(&rwlock, &attributes));
}

static long twins[2], role;
static int readers;
static _Atomic int most_readers;

static void read_twins(bool yields)
{
	int now_reading, before = most_readers;

	expect_equal("rdlock", pthread_rwlock_rdlock(&rwlock), 0);
	now_reading = __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
	while (now_reading > before && !atomic_compare_exchange_weak(&most_readers, &before, now_reading))
		;
	if (yields)
		green_yield();
	expect_equal("twins", twins[0], twins[1]);
	__atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
}

static void write_twins(bool yields)
{
	expect_equal("wrlock", pthread_rwlock_wrlock(&rwlock), 0);
	expect_equal("readers", __atomic_load_n(&readers, __ATOMIC_SEQ_CST), 0);
	twins[0]++;
	if (yields)
		green_yield();
	twins[1]++;
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
}

static void *read_and_write(void *unused)
{
	int i, own = (int)__atomic_fetch_add(&role, 1, __ATOMIC_RELAXED);

	for (i = 0; i < ROUNDS; i++) {
		if ((i + own) % 4 == 0)
			write_twins(i % 8 < 4);
		else
			read_twins(i % 8 < 4);
	}
	return unused;
}

static void writers_are_alone(void)
{
	int i;

	for (i = 0; i < KINDS; i++) {
		init_lock(kinds[i]);
		twins[0] = twins[1] = 0;
		most_readers = 0;
		run_crew(read_and_write, NULL);
		expect_equal("writes", twins[0], CREW * ROUNDS / 4);
		expect("several read at once", most_readers > 1);
		expect_equal("destroy", pthread_rwlock_destroy(&rwlock), 0);
	}
}

static void *try_against_writer(void *unused)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 5), past = {.tv_sec = -1}, no_time = {.tv_nsec = -1};

	expect_equal("tryrdlock", pthread_rwlock_tryrdlock(&rwlock), EBUSY);
	expect_equal("trywrlock", pthread_rwlock_trywrlock(&rwlock), EBUSY);
	expect_equal("timedrdlock", pthread_rwlock_timedrdlock(&rwlock, &soon), ETIMEDOUT);
	expect_equal("timedwrlock", pthread_rwlock_timedwrlock(&rwlock, &past), ETIMEDOUT);
	expect_equal("timedrdlock until no time", pthread_rwlock_timedrdlock(&rwlock, &no_time), EINVAL);
	expect_equal("clockwrlock by no clock", pthread_rwlock_clockwrlock(&rwlock, 12345, &soon), EINVAL);
	soon = in_ms(CLOCK_MONOTONIC, 5);
	expect_equal("clockrdlock", pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
	expect_equal("clockwrlock", pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
	return unused;
}

static void *try_against_reader(void *unused)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 5), no_time = {.tv_nsec = 1000000000};

	expect_equal("tryrdlock", pthread_rwlock_tryrdlock(&rwlock), 0);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	expect_equal("timedrdlock", pthread_rwlock_timedrdlock(&rwlock, &soon), 0);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	expect_equal("timedrdlock until no time", pthread_rwlock_timedrdlock(&rwlock, &no_time), EINVAL);
	expect_equal("timedwrlock until no time", pthread_rwlock_timedwrlock(&rwlock, &no_time), EINVAL);
	expect_equal("trywrlock", pthread_rwlock_trywrlock(&rwlock), EBUSY);
	expect_equal("timedwrlock", pthread_rwlock_timedwrlock(&rwlock, &soon), ETIMEDOUT);
	return unused;
}

static void *own_rules(void *unused)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 30000);

	expect_equal("wrlock", pthread_rwlock_wrlock(&rwlock), 0);
	expect_equal("writer's wrlock", pthread_rwlock_wrlock(&rwlock), EDEADLK);
	expect_equal("writer's rdlock", pthread_rwlock_rdlock(&rwlock), EDEADLK);
	expect_equal("writer's timedwrlock", pthread_rwlock_timedwrlock(&rwlock, &late), EDEADLK);
	expect_equal("writer's timedrdlock", pthread_rwlock_timedrdlock(&rwlock, &late), EDEADLK);
	in_greenlet(try_against_writer, NULL);
	in_thread(try_against_writer, NULL);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	expect_equal("rdlock", pthread_rwlock_rdlock(&rwlock), 0);
	expect_equal("second rdlock", pthread_rwlock_rdlock(&rwlock), 0);
	in_greenlet(try_against_reader, NULL);
	in_thread(try_against_reader, NULL);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	expect_equal("trywrlock of what is free", pthread_rwlock_trywrlock(&rwlock), 0);
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	return unused;
}

static int entered;
static char order[8];

static void note(char letter)
{
	order[strlen(order)] = letter;
}

static void *write_letter(void *letter)
{
	entered++;
	pthread_rwlock_wrlock(&rwlock);
	note(*(char *)letter);
	green_yield();
	pthread_rwlock_unlock(&rwlock);
	return NULL;
}

static void *read_letter(void *letter)
{
	entered++;
	pthread_rwlock_rdlock(&rwlock);
	note(*(char *)letter);
	pthread_rwlock_unlock(&rwlock);
	return NULL;
}

/* Readers in small letters, writers in capitals. Between its entry and its place in line nobody else runs. */
static void line_up(green_t **g, char *letters)
{
	int i;

	entered = 0;
	memset(order, 0, sizeof(order));
	for (i = 0; letters[i]; i++) {
		g[i] = must_spawn(letters[i] < 'a' ? write_letter : read_letter, &letters[i]);
		while (entered == i)
			green_yield();
	}
}

static void expect_order(const char *expected, int kind, const char *when)
{
	if (strcmp(order, expected) != 0)
		printf("kind %d, %s: order %s, not %s\n", kind, when, order, expected), failures++;
}

/* Writers wait for a reader: with two of the kinds readers pass them. */
static void readers_pass_writers(int kind)
{
	bool pass = kind != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
	char letters[] = "AbCDeF";
	green_t *g[sizeof(letters)];
	int i;

	init_lock(kind);
	pthread_rwlock_rdlock(&rwlock);
	line_up(g, letters);
	expect_equal("tryrdlock", pthread_rwlock_tryrdlock(&rwlock), pass ? 0 : EBUSY);
	if (pass)
		expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	expect_order(pass ? "be" : "", kind, "a reader has it");
	pthread_rwlock_unlock(&rwlock);
	for (i = 0; letters[i]; i++)
		must_join(g[i]);
	expect_order(pass ? "beACDF" : "ACDFbe", kind, "after a reader");
}

static void next_after_a_writer(int kind)
{
	char letters[] = "AbCDeF";
	green_t *g[sizeof(letters)];
	int i;

	init_lock(kind);
	pthread_rwlock_wrlock(&rwlock);
	line_up(g, letters);
	expect_order("", kind, "a writer has it");
	pthread_rwlock_unlock(&rwlock);
	for (i = 0; letters[i]; i++)
		must_join(g[i]);
	expect_order(kind == PTHREAD_RWLOCK_PREFER_READER_NP ? "beACDF" : "ACDFbe", kind, "after a writer");
}

static void *write_for_a_while(void *unused)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 20);

	entered++;
	expect_equal("timedwrlock", pthread_rwlock_timedwrlock(&rwlock, &soon), ETIMEDOUT);
	return unused;
}

/* A writer that gives up lets the readers in which have waited for it. */
static void a_writer_gives_up(void)
{
	char letters[] = "bc";
	green_t *g[sizeof(letters)], *writer;

	init_lock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_rdlock(&rwlock);
	entered = 0;
	writer = must_spawn(write_for_a_while, NULL);
	while (!entered)
		green_yield();
	line_up(g, letters);
	expect_equal("tryrdlock beside a writer", pthread_rwlock_tryrdlock(&rwlock), EBUSY);
	must_join(writer);
	must_join(g[0]);
	must_join(g[1]);
	expect_order("bc", PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, "after a writer that gave up");
	expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
}

static void *read_without_end(void *stop)
{
	while (!*(volatile bool *)stop) {
		pthread_rwlock_rdlock(&rwlock);
		green_yield();
		pthread_rwlock_unlock(&rwlock);
	}
	return NULL;
}

/* Readers without end keep a writer of the other kinds out for ever, as they do natively. */
static void writers_come_to_their_turn(void)
{
	volatile bool stop = false;
	green_t *g[GREENLETS];
	int i;

	init_lock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	for (i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(read_without_end, (void *)&stop);
	for (i = 0; i < 20; i++) {
		green_yield();
		expect_equal("wrlock", pthread_rwlock_wrlock(&rwlock), 0);
		expect_equal("unlock", pthread_rwlock_unlock(&rwlock), 0);
	}
	stop = true;
	for (i = 0; i < GREENLETS; i++)
		must_join(g[i]);
}

int main(void)
{
	int i;

	writers_are_alone();
	for (i = 0; i < KINDS; i++) {
		init_lock(kinds[i]);
		own_rules(NULL);
		in_greenlet(own_rules, NULL);
		in_thread(own_rules, NULL);
		readers_pass_writers(kinds[i]);
		next_after_a_writer(kinds[i]);
	}
	a_writer_gives_up();
	writers_come_to_their_turn();
	return verdict();
}
