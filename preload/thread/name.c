#include "name.h"
#include "given_name.h"
#include "preload/core/blocking.h"
#include "preload/core/options.h"
#include "runtime/sys/user_memory.h"
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>

void keep_inherited_names(const struct greenlet *main)
{
	struct greenlet *g;
	char name[sizeof(g->ident.name)];

	if (!main || !main->is_main || !self || self->hub != main->hub)
		return;
	raw_syscall(SYS_prctl, PR_GET_NAME, (long)name, 0, 0, 0, 0);
	for (g = main->hub->living; g; g = g->next_living) {
		if (!g->ident.is_named)
			rename_greenlet(g, name);
	}
}

/* Checks up to the end of the name, but no more of it than counts. */
static bool is_readable_name(const char *name)
{
	for (size_t i = 0; i < sizeof(self->ident.name) - 1; i++) {
		if ((i == 0 || (uintptr_t)(name + i) % 8 == 0) && !is_readable(name + i))
			return false;
		if (!name[i])
			break;
	}
	return true;
}

static int set_own_name(const char *name)
{
	if (!is_readable_name(name))
		return (int)with_errno(-EFAULT);
	rename_greenlet(self, name);
	return 0;
}

/* The kernel writes as many bytes as a name may have; is_writable() checks the same number. */
static int get_own_name(char *name)
{
	if (!is_writable(name))
		return (int)with_errno(-EFAULT);
	memcpy(name, self->ident.name, sizeof(self->ident.name));
	return 0;
}

int prctl(int option, ...)
{
	bool is_thread = self && !self->is_main && !call_is_off[CALL_prctl];
	va_list rest;
	long a[4];

	va_start(rest, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	take_written_names();
	if (is_thread && option == PR_SET_NAME)
		return set_own_name((const char *)a[0]);
	if (is_thread && option == PR_GET_NAME && self->ident.is_named)
		return get_own_name((char *)a[0]);
	if (self && option == PR_SET_NAME)
		keep_inherited_names(self);
	return libc.prctl(option, a[0], a[1], a[2], a[3]);
}
