/*
 * Modules that find libc before us: those loaded with RTLD_DEEPBIND look among their own libraries first. Their
 * references to libc's functions are redirected to the hooks, one by one, after they were loaded; all other references
 * stay as the loader has bound them. (Without the flag, a module's other symbols would be found in the program first,
 * which is what the flag prevents.)
 *
 * A module in a namespace of its own (dlmopen) has a libc of its own. Its calls of that libc come to the hooks, too,
 * unless they are about one of that libc's objects, such as a stream or a thread. Both libcs are told of errors.
 *
 * What such a module does while it is loaded, in its constructors, is not seen, nor are the symbols that it looks up by
 * dlsym().
 */
#ifndef PRELOAD_PATCH_REBIND_H
#define PRELOAD_PATCH_REBIND_H

#include <link.h>

/* The last of the modules that are loaded now; for rebind_since(). */
const void *last_module(void);

/*
 * Redirects the references of the modules that were loaded after that one to the hooks. Takes the dynamic linker's
 * lock.
 */
void rebind_since(const void *last);

/* The same for all modules in the namespace of this one, which is not the program's. */
void rebind_namespace(const struct link_map *module);

/* The hook that replaces this function of libc's; NULL if there is none. */
void *hook_replacing(const void *function);

#endif
