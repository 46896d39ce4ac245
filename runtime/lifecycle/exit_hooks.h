/* What is called when a greenlet ends. */
#ifndef RUNTIME_LIFECYCLE_EXIT_HOOKS_H
#define RUNTIME_LIFECYCLE_EXIT_HOOKS_H

struct greenlet;

struct exit_hook {
	struct exit_hook *next;
	void (*call)(struct greenlet *g, struct exit_hook *link); /* may free the link */
};

/* Has the link called when g has returned from its function, after those that were added before. */
void add_exit_hook(struct greenlet *g, struct exit_hook *link);

/* Takes it back; one that is not there any more is left alone. */
void remove_exit_hook(struct greenlet *g, struct exit_hook *link);

/* Calls them all, in order, on the greenlet that ends. */
void run_exit_hooks(struct greenlet *g);

#endif
