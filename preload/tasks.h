/* The OS threads of this process. */
#ifndef TASKS_H
#define TASKS_H

/* How many there are now; 0: the kernel does not tell. */
unsigned count_tasks(void);

#endif
