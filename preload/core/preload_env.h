/* Whether the programs that this one executes are preloaded, too. */
#ifndef PRELOAD_CORE_PRELOAD_ENV_H
#define PRELOAD_CORE_PRELOAD_ENV_H

/*
 * times is what GREENLOAD_FOLLOW says, in the environment's own memory, or NULL: how many executions are followed from
 * here. At 0, takes the variables of ours and the library in LD_PRELOAD out of the environment; what else is preloaded
 * stays. Otherwise counts one off for the next program. Without the variable, all are followed. Allocates nothing.
 */
void follow_children(char *times);

#endif
