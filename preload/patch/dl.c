/*
 * Libraries that are loaded and unloaded while greenlets live. The dynamic linker holds a lock while it runs their
 * constructors and destructors: so no greenlet parks there. The linker gives all threads the new library's thread-local
 * variables, but cannot give them to greenlets: we do.
 */
#include "futex_users.h"
#include "preload/core/blocking.h"
#include "rebind.h"
#include "runtime/sched/dlopen_tls.h"
#include "runtime/sched/hub.h"
#include "sanitizers.h"
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The directories that the linker would search for a library which this one names; freed by the caller. NULL: none
 * known.
 */
static Dl_serinfo *search_path(void *library)
{
	Dl_serinfo size, *info;

	if (dlinfo(library, RTLD_DI_SERINFOSIZE, &size) != 0)
		return NULL;
	info = memory_alloc(size.dls_size);
	if (!info)
		return NULL;
	*info = size;
	if (dlinfo(library, RTLD_DI_SERINFOSIZE, info) == 0 && dlinfo(library, RTLD_DI_SERINFO, info) == 0)
		return info;
	memory_free(info);
	return NULL;
}

static bool names_directories(const struct link_map *library)
{
	const ElfW(Dyn) * entry;

	for (entry = library->l_ld; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH)
			return true;
	}
	return false;
}

/* Finds the first file of that name in these directories. */
static bool find_in(const Dl_serinfo *path, const char *file, char *found)
{
	unsigned i;

	for (i = 0; i < path->dls_cnt; i++) {
		if (snprintf(found, PATH_MAX, "%s/%s", path->dls_serpath[i].dls_name, file) < PATH_MAX &&
		    libc.access(found, R_OK) == 0)
			return true;
	}
	return false;
}

/* The linker does not search for a name that is loaded already. */
static bool is_loaded(const char *file)
{
	void *library = libc.dlopen(file, RTLD_LAZY | RTLD_NOLOAD);

	return library && libc.dlclose(library) == 0;
}

/* The linker searches where the calling library says. As it would take us for the caller, we search there ourselves. */
static bool find_for(const void *caller, const char *file, char *found)
{
	struct link_map *library;
	Dl_serinfo *path = NULL;
	Dl_info info;
	void *handle;
	bool is_found;

	if (!file || strchr(file, '/') || !dladdr1(caller, &info, (void **)&library, RTLD_DL_LINKMAP) ||
	    !names_directories(library) || is_loaded(file))
		return false;
	handle = libc.dlopen(*library->l_name ? library->l_name : NULL, RTLD_LAZY | RTLD_NOLOAD);
	if (handle) {
		path = search_path(handle);
		libc.dlclose(handle);
	}
	is_found = path && find_in(path, file, found);
	memory_free(path);
	return is_found;
}

static void *open_for(const void *caller, const char *file, int mode)
{
	char found[PATH_MAX];

	return libc.dlopen(find_for(caller, file, found) ? found : file, mode);
}

/* Greenlets of other OS threads may call the library, too. */
static void *open_among_greenlets(const char *file, int mode, const void *caller)
{
	size_t newest = newest_module();
	struct greenlet *me = self;
	void *library;

	if (me)
		me->loading++;
	library = open_for(caller, file, mode);
	if (me) {
		me->loading--;
		give_modules_since(me->hub, newest);
	}
	if (library)
		stacks_follow_modules();
	return library;
}

static void *open_beside(const char *file, int mode, const void *caller)
{
	return any_hub() ? open_among_greenlets(file, mode, caller) : open_for(caller, file, mode);
}

/* The module finds libc before us. */
static void *open_deep(const char *file, int mode, const void *caller)
{
	const void *last = last_module();
	void *library = open_beside(file, mode, caller);

	if (library)
		rebind_since(last);
	return library;
}

/* If there has never been a greenlet this is a tail call: the linker sees the caller. */
void *dlopen(const char *file, int mode)
{
	if (mode & RTLD_DEEPBIND)
		return open_deep(file, mode, __builtin_return_address(0));
	if (!any_hub())
		return libc.dlopen(file, mode);
	return open_among_greenlets(file, mode, __builtin_return_address(0));
}

/* In the program's own namespace it is equivalent to dlopen(). */
void *dlmopen(Lmid_t namespace, const char *file, int mode)
{
	size_t newest = newest_module();
	struct greenlet *me = self;
	struct link_map *map;
	char found[PATH_MAX];
	void *library;

	if (namespace == LM_ID_BASE)
		return mode & RTLD_DEEPBIND ? open_deep(file, mode, __builtin_return_address(0))
					    : open_beside(file, mode, __builtin_return_address(0));
	if (me)
		me->loading++;
	library = libc.dlmopen(namespace, find_for(__builtin_return_address(0), file, found) ? found : file, mode);
	if (me)
		me->loading--;
	if (me)
		give_modules_since(me->hub, newest);
	if (library && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0)
		rebind_namespace(map);
	return library;
}

static bool comes_before_us(const void *caller)
{
	const struct link_map *map;
	struct link_map *ours, *theirs;
	Dl_info info;

	if (!dladdr1(&libc, &info, (void **)&ours, RTLD_DL_LINKMAP) ||
	    !dladdr1(caller, &info, (void **)&theirs, RTLD_DL_LINKMAP))
		return false;
	for (map = theirs; map && map != ours; map = map->l_next)
		;
	return map;
}

/*
 * The linker finds no function of ours by a version, as ours have none: a library that comes before us, such as
 * libfaketime, would get libc's. The hooks implement only the newest version of each function. Otherwise this is a tail
 * call: the linker sees the caller.
 */
void *dlvsym(void *library, const char *name, const char *version)
{
	void *found, *hook;

	if (!is_before_sanitizer() &&
	    (library == RTLD_DEFAULT || (library == RTLD_NEXT && comes_before_us(__builtin_return_address(0))))) {
		found = libc.dlvsym(library, name, version);
		hook = found ? hook_replacing(found) : NULL;
		if (hook)
			return hook;
	}
	return libc.dlvsym(library, name, version);
}

int dlclose(void *library)
{
	struct greenlet *me = self;
	int result;

	forget_raw_futex_users();
	if (!me)
		return libc.dlclose(library);
	me->loading++;
	result = libc.dlclose(library);
	me->loading--;
	return result;
}
