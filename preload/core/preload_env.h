/* Controls whether the programs that this one executes are preloaded, too. */
#ifndef PRELOAD_CORE_PRELOAD_ENV_H
#define PRELOAD_CORE_PRELOAD_ENV_H

/*
 * times is the value of GREENLOAD_FOLLOW, in the environment's own memory, or NULL: how many executions are followed
 * from here. At 0, removes our variables and the library's entry in LD_PRELOAD from the environment; other preloaded
 * libraries stay. Otherwise decrements the count for the next program. Without the variable, all are followed.
 * Allocates nothing.
 */
void follow_children(char *times);

#endif
