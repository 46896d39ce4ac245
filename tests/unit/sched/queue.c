/* Queues of parked greenlets. */
#include "runtime/sched/hub.h"
#include "runtime/sched/park.h"
#include "runtime/sched/wait_queue.h"
#include "runtime/sys/clock.h"
#include "tests/unit/suite.h"
#include <stdint.h>

static struct queue queue;
static char order[20];
static size_t length;

struct guest {
	double patience; /* seconds; negative: no end */
	int answer;
	char letter;
};

static void *stand(void *arg)
{
	struct guest *guest = arg;
	struct wait_options until = {.deadline = deadline_after(guest->patience)};

	guest->answer = queue_park(&queue, &until);
	order[length++] = guest->letter;
	return NULL;
}

/* The torture build lets a park end without cause; such a test would see nothing. */
static green_t *spawn_guest(struct guest *guest)
{
	green_t *g = must_spawn(stand, guest);

	green_yield();
	return g;
}

static void assert_empty(void)
{
	ck_assert_ptr_null(queue.first);
	ck_assert_ptr_null(queue.last);
}

START_TEST(first_come_first_served)
{
	struct guest guests[4] = {{-1, -1, 'a'}, {-1, -1, 'b'}, {-1, -1, 'c'}, {-1, -1, 'd'}};
	green_t *g[4];
	int i;

	if (is_shuffled())
		return;
	for (i = 0; i < 4; i++)
		g[i] = spawn_guest(&guests[i]);
	for (i = 0; i < 4; i++)
		queue_wake_first(&queue, 0);
	assert_empty();
	for (i = 0; i < 4; i++)
		must_join(g[i]);
	ck_assert_str_eq(order, "abcd");
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(guests[i].answer, 0);
}

START_TEST(errors_are_handed_over)
{
	struct guest a = {-1, -1, 'a'}, b = {-1, -1, 'b'}, c = {-1, -1, 'c'};
	green_t *g[3];
	int i;

	if (is_shuffled())
		return;
	g[0] = spawn_guest(&a);
	g[1] = spawn_guest(&b);
	g[2] = spawn_guest(&c);
	queue_wake_first(&queue, EIO);
	queue_wake_all(&queue, EBADF);
	queue_wake_all(&queue, EBADF);
	assert_empty();
	for (i = 0; i < 3; i++)
		must_join(g[i]);
	ck_assert_int_eq(a.answer, EIO);
	ck_assert_int_eq(b.answer, EBADF);
	ck_assert_int_eq(c.answer, EBADF);
}

START_TEST(leaves_from_anywhere)
{
	struct guest guests[3] = {{-1, -1, 'a'}, {-1, -1, 'b'}, {-1, -1, 'c'}};
	green_t *g[3];
	int i, out;

	if (is_shuffled())
		return;
	for (out = 0; out < 3; out++) {
		length = 0;
		for (i = 0; i < 3; i++)
			g[i] = spawn_guest(&guests[i]);
		green_kill(g[out]);
		must_join(g[out]);
		ck_assert_int_eq(guests[out].answer, ECANCELED);
		queue_wake_first(&queue, 0);
		queue_wake_first(&queue, 0);
		assert_empty();
		for (i = 0; i < 3; i++) {
			if (i != out)
				must_join(g[i]);
		}
		ck_assert_int_eq(order[1], out == 0 ? 'b' : 'a');
		ck_assert_int_eq(order[2], out == 2 ? 'b' : 'c');
	}
}

START_TEST(times_out_and_leaves)
{
	struct guest impatient = {0.002, -1, 'i'}, patient = {-1, -1, 'p'};
	green_t *a, *b;

	if (is_shuffled())
		return;
	a = spawn_guest(&impatient);
	b = spawn_guest(&patient);
	must_join(a);
	ck_assert_int_eq(impatient.answer, ETIMEDOUT);
	ck_assert_ptr_eq(queue.first, queue.last);
	queue_wake_all(&queue, 0);
	must_join(b);
	ck_assert_int_eq(patient.answer, 0);
	assert_empty();
}

START_TEST(leaving_twice_does_nothing)
{
	struct waiter a = {0}, b = {0};

	queue_leave(&a);
	queue_enter(&queue, &a);
	queue_enter(&queue, &b);
	queue_leave(&a);
	queue_leave(&a);
	ck_assert_ptr_eq(queue.first, &b);
	ck_assert_ptr_eq(queue.last, &b);
	queue_leave(&b);
	assert_empty();
}

static void *pass_through(void *unused)
{
	int i;

	for (i = 0; i < 100; i++)
		queue_park(&queue, &(struct wait_options){.deadline = deadline_after((double)(random() % 100) * 1e-6)});
	return unused;
}

/* Waits that end by time, by a wake and without cause, all mixed. */
START_TEST(many_come_and_go)
{
	int i;

	for (i = 0; i < 200; i++)
		green_detach(must_spawn(pass_through, NULL));
	while (green_count() > 1) {
		if (queue.first)
			queue_wake_first(&queue, 0);
		green_yield();
	}
	assert_empty();
}

int main(void)
{
	const TTest *const tests[] = {first_come_first_served, errors_are_handed_over, leaves_from_anywhere,
	    times_out_and_leaves, leaving_twice_does_nothing, many_come_and_go};

	return run_suite("queue", tests, sizeof(tests) / sizeof(tests[0]));
}
