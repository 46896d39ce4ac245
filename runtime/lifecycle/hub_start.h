/* How an OS thread comes to have a hub, and what the hub does. */
#ifndef RUNTIME_LIFECYCLE_HUB_START_H
#define RUNTIME_LIFECYCLE_HUB_START_H

struct hub;

/*
 * BEFORE_FIRST_HUB(f) has f called when the process gets its first hub, before libc hears that there is more than one
 * thread. The linker puts the table together: constructors of other libraries may make greenlets before ours have run.
 */
typedef void before_hub(void);

#define BEFORE_FIRST_HUB(function)                                                                                     \
	static before_hub *const before_hub_entry __attribute__((section("before_first_hub"), used)) = function

/*
 * Makes the calling OS thread a host, its flow of control the main greenlet. Returns the hub, or NULL with errno as
 * for green_spawn().
 */
struct hub *hub_start(void);

/*
 * In the child of a fork, called by the greenlet that lives on, or with NULL by a thread that has none: the others are
 * gone, and the loop is the parent's.
 */
void hub_reset(struct hub *hub);

#endif
