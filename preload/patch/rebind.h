/*
 * Modules that find libc before us: those loaded with RTLD_DEEPBIND look among their own libraries first. Their
 * references to libc's functions are led to the hooks, one by one, after they were loaded; all others stay as the
 * loader has bound them. (Without the flag, a module's other symbols would be found in the program first: what the flag
 * is for.)
 *
 * A module in a namespace of its own (dlmopen) has a libc of its own. What it calls of that and what is not about one
 * of its objects, as a stream or a thread, comes to the hooks, too, and both libcs are told of errors.
 *
 * What such a module does while it is loaded, in its constructors, is not seen, nor is what it looks up by dlsym().
 */
#ifndef PRELOAD_PATCH_REBIND_H
#define PRELOAD_PATCH_REBIND_H

#include <link.h>

/* The last of the modules that are loaded now; for rebind_since(). */
const void *last_module(void);

/* Leads the references of the modules that were loaded after that one to the hooks. Takes the dynamic linker's lock. */
void rebind_since(const void *last);

/* The same for all modules in the namespace of this one, which is not the program's. */
void rebind_namespace(const struct link_map *module);

/* The hook in the place of this function of libc's; NULL: there is none. */
void *hook_replacing(const void *function);

#endif
