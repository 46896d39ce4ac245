/*
 * Greenlets that wait for each other by the objects of the toolbox, so that none can ever run again. Argument:
 * `timeout`, one of them will.
 */
#include <greenload.h>
#include <stdio.h>
#include <string.h>

void *get_element(void *queue);
void *put_two(void *queue);
void *finish_queue(void *queue);
void *wait_for_event(void *event);
void *wait_for_result(void *result);
void *empty_group(void *group);
void *crowd_pool(void *pool);
void *join_greenlet(void *g);
void *wait_for_several(void *list);

void *get_element(void *queue)
{
	char element;

	green_queue_get(queue, &element, -1);
	return NULL;
}

void *put_two(void *queue)
{
	green_queue_put(queue, "a", -1);
	green_queue_put(queue, "b", -1);
	return NULL;
}

void *finish_queue(void *queue)
{
	green_queue_join(queue, -1);
	return NULL;
}

void *wait_for_event(void *event)
{
	green_event_wait(event, -1);
	return NULL;
}

void *wait_for_result(void *result)
{
	green_result_get(result, -1, NULL);
	return NULL;
}

void *empty_group(void *group)
{
	green_group_join(group, -1);
	return NULL;
}

void *crowd_pool(void *pool)
{
	green_group_spawn(pool, wait_for_event, green_event_new(), -1);
	green_group_spawn(pool, wait_for_event, green_event_new(), -1);
	return NULL;
}

void *join_greenlet(void *g)
{
	green_join(g, -1, NULL);
	return NULL;
}

void *wait_for_several(void *list)
{
	green_wait(list, 2, 2, -1);
	return NULL;
}

static green_t *spawn_named(const char *name, green_fn *fn, void *arg)
{
	return green_spawn_with(&(struct green_options){.name = name}, fn, arg);
}

int main(int argc, char **argv)
{
	green_queue_t *empty = green_queue_new(1, 0), *full = green_queue_new(1, 1);
	green_group_t *pool = green_pool_new(1);
	green_event_t *event = green_event_new();
	green_result_t *result = green_result_new();
	green_t *list[2];

	list[0] = spawn_named("get", get_element, empty);
	list[1] = spawn_named("put", put_two, full);
	spawn_named("finish", finish_queue, full);
	spawn_named("result", wait_for_result, result);
	spawn_named("crowd", crowd_pool, pool);
	green_sleep(0.01);
	spawn_named("empty", empty_group, pool);
	spawn_named("join", join_greenlet, list[1]);
	spawn_named("several", wait_for_several, list);
	printf("%p %p %p\n", (void *)empty, (void *)event, (void *)result);
	fflush(stdout);
	green_event_wait(event, argc > 1 && strcmp(argv[1], "timeout") == 0 ? 1000 : -1);
	return 0;
}
