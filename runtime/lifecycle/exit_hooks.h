/* What is called when a greenlet ends. */
#ifndef RUNTIME_LIFECYCLE_EXIT_HOOKS_H
#define RUNTIME_LIFECYCLE_EXIT_HOOKS_H

struct greenlet;

struct link {
	struct link *next;
	void (*call)(struct greenlet *g, struct link *link); /* may free the link */
};

/* Has the link called when g has returned from its function, after those that were added before. */
void add_link(struct greenlet *g, struct link *link);

/* Takes it back; one that is not there any more is left alone. */
void remove_link(struct greenlet *g, struct link *link);

/* Calls them all, in order, on the greenlet that ends. */
void call_links(struct greenlet *g);

#endif
