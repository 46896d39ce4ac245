/* What rt_sigaction(2) takes. */
#ifndef PRELOAD_CORE_KERNEL_ACTION_H
#define PRELOAD_CORE_KERNEL_ACTION_H

/* The kernel's struct sigaction. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long set;
};

#endif
