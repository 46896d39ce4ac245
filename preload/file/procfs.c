#include "procfs.h"
#include "preload/core/blocking.h"
#include "preload/core/thread_ids.h"
#include "preload/thread/given_name.h"
#include "runtime/sys/memory.h"
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREAD_SELF        "/proc/thread-self"
#define STARTS(text, with) (strncmp(text, with, sizeof(with) - 1) == 0)

static bool is_green_thread(void)
{
	return self && !self->is_main && greenlet_named(thread_id_of(self));
}

bool may_be_of_greenlet(const char *path, int error)
{
	if (!self || !path || (error && error != ENOENT))
		return false;
	return error ? self->hub->alive > 1 || is_green_thread() : STARTS(path, THREAD_SELF);
}

/* The text after a number that is followed by a slash or the end; NULL: there is no number. */
static const char *read_id(const char *text, pid_t *id)
{
	char *end;
	long number = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : 0;

	if (number <= 0 || number > INT_MAX || (*end && *end != '/'))
		return NULL;
	*id = (pid_t)number;
	return end;
}

/* The text after the directory of this process, by any of its ids; *id is that id. */
static const char *read_process(const char *text, pid_t *id)
{
	const char *rest;

	if (STARTS(text, "self/") || !strcmp(text, "self")) {
		*id = sys_getpid();
		return text + sizeof("self") - 1;
	}
	rest = read_id(text, id);
	return rest && known_process(*id) == sys_getpid() ? rest : NULL;
}

/* The meaning of a path. */
struct lot_waiter {
	struct greenlet *g; /* NULL: the path is not a greenlet's */
	const char *rest;   /* what follows the greenlet's directory */
	bool is_threads;    /* the directory of all threads: by a greenlet's id it is the process's */
};

/* For an absolute path. */
static struct lot_waiter parse(const char *path)
{
	const char *at;
	pid_t id;

	if (STARTS(path, THREAD_SELF)) {
		at = path + sizeof(THREAD_SELF) - 1;
		return (struct lot_waiter){is_green_thread() && (!*at || *at == '/') ? self : NULL, at, false};
	}
	if (!STARTS(path, "/proc/") || !(at = read_process(path + sizeof("/proc/") - 1, &id)))
		return (struct lot_waiter){NULL, NULL, false};
	if (STARTS(at, "/task") && !at[sizeof("/task") - 1 + strspn(at + sizeof("/task") - 1, "/")])
		return (struct lot_waiter){greenlet_named(id), at, true};
	if (STARTS(at, "/task/") && !(at = read_id(at + sizeof("/task/") - 1, &id)))
		return (struct lot_waiter){NULL, NULL, false};
	return (struct lot_waiter){greenlet_named(id), at, false};
}

/* A relative path is in proc(5) only if its directory is. */
static bool make_absolute(int dir, const char *path, char absolute[PROC_PATH])
{
	char link[40];
	ssize_t length;

	if (dir == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/self/cwd");
	else
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	length = raw_syscall(SYS_readlinkat, AT_FDCWD, (long)link, (long)absolute, PROC_PATH - 1, 0, 0);
	if (length < 0)
		return false;
	absolute[length] = 0;
	return STARTS(absolute, "/proc") &&
	       snprintf(absolute + length, (size_t)(PROC_PATH - length), "/%s", path) < PROC_PATH - length;
}

/* A relative path is expanded in the buffer. */
static struct lot_waiter find(int dir, const char *path, char buffer[PROC_PATH])
{
	if (path[0] == '/')
		return parse(path);
	return path[0] && make_absolute(dir, path, buffer) ? parse(buffer) : (struct lot_waiter){NULL, NULL, false};
}

/* The list of all threads can be reached by the id of any thread. */
static bool put_path(const struct lot_waiter *place, char buffer[PROC_PATH])
{
	char path[PROC_PATH];
	int length;

	if (place->is_threads)
		length = snprintf(path, sizeof(path), "/proc/self/task");
	else
		length = snprintf(path, sizeof(path), "/proc/self/task/%d%s", kernel_id_of(place->g), place->rest);
	memcpy(buffer, path, sizeof(path));
	return length < PROC_PATH;
}

bool path_of_os_thread(int dir, const char *path, char buffer[PROC_PATH])
{
	const struct lot_waiter place = find(dir, path, buffer);

	return place.g && put_path(&place, buffer);
}

/* A text that is written piece by piece. */
struct text {
	char bytes[8192];
	size_t length;
};

/* Not on the stack: a thread's stack may be as small as PTHREAD_STACK_MIN. */
struct texts {
	struct text read; /* the OS thread's file */
	struct text own;  /* the greenlet's */
};

static __attribute__((format(printf, 2, 3))) void add(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->length;
	va_list rest;
	int n;

	va_start(rest, format);
	n = vsnprintf(text->bytes + text->length, room, format, rest);
	va_end(rest);
	text->length += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* Reads the OS thread's file, as a string. */
static bool read_file(const struct greenlet *g, const char *name, struct text *text)
{
	char path[PROC_PATH];
	long fd, n = 0;

	put_path(&(struct lot_waiter){(struct greenlet *)g, name, false}, path);
	fd = raw_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return false;
	text->length = 0;
	while (text->length < sizeof(text->bytes) - 1 &&
	       (n = raw_syscall(SYS_read, fd, (long)text->bytes + (long)text->length,
		    (long)(sizeof(text->bytes) - 1 - text->length), 0, 0, 0)) > 0)
		text->length += (size_t)n;
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	text->bytes[text->length] = 0;
	return n >= 0 && text->length;
}

static bool name_of(const struct greenlet *g, char name[sizeof(g->ident.name)], struct text *read)
{
	take_written_names();
	memcpy(name, g->ident.name, sizeof(g->ident.name));
	if (g->ident.is_named)
		return true;
	if (!read_file(g, "/comm", read))
		return false;
	read->bytes[strcspn(read->bytes, "\n")] = 0;
	memcpy(name, read->bytes, sizeof(g->ident.name) - 1);
	return true;
}

static bool is_parked(const struct greenlet *g)
{
	return g != self && g->state != RUNNING;
}

static bool write_comm(const struct greenlet *g, struct texts *texts)
{
	char name[sizeof(g->ident.name)];

	if (!name_of(g, name, &texts->read))
		return false;
	add(&texts->own, "%s\n", name);
	return true;
}

/* The name is in parentheses, and may contain some of its own. */
static bool write_stat(const struct greenlet *g, struct texts *texts)
{
	char name[sizeof(g->ident.name)];
	const char *end;

	if (!name_of(g, name, &texts->read) || !read_file(g, "/stat", &texts->read) ||
	    !(end = strrchr(texts->read.bytes, ')')) || strlen(end) < 4)
		return false;
	add(&texts->own, "%d (%s) %c%s", thread_id_of(g), name, is_parked(g) ? 'S' : 'R', end + 3);
	return true;
}

static void write_status_line(const struct greenlet *g, const char *name, const char *line, struct text *text)
{
	if (STARTS(line, "Name:"))
		add(text, "Name:\t%s\n", name);
	else if (STARTS(line, "State:"))
		add(text, "State:\t%s\n", is_parked(g) ? "S (sleeping)" : "R (running)");
	else if (STARTS(line, "Pid:"))
		add(text, "Pid:\t%d\n", thread_id_of(g));
	else if (STARTS(line, "NSpid:"))
		add(text, "%.*s%d\n", (int)(strrchr(line, '\t') + 1 - line), line, thread_id_of(g));
	else if (STARTS(line, "SigPnd:"))
		add(text, "SigPnd:\t%016lx\n", (unsigned long)atomic_load(&g->sig.pending.signals));
	else if (STARTS(line, "SigBlk:"))
		add(text, "SigBlk:\t%016lx\n", (unsigned long)g->sig.blocked);
	else
		add(text, "%s\n", line);
}

static bool write_status(const struct greenlet *g, struct texts *texts)
{
	char name[sizeof(g->ident.name)], *line, *left;

	if (!name_of(g, name, &texts->read) || !read_file(g, "/status", &texts->read))
		return false;
	for (line = strtok_r(texts->read.bytes, "\n", &left); line; line = strtok_r(NULL, "\n", &left))
		write_status_line(g, name, line, &texts->own);
	return true;
}

/* Puts the text into a file of its own, and opens it without write access. */
static int open_text(const struct text *text, int flags)
{
	char path[40];
	int fd = (int)raw_syscall(SYS_memfd_create, (long)"thread", 1 /* MFD_CLOEXEC */, 0, 0, 0, 0), reader;

	if (fd < 0)
		return fd;
	raw_syscall(SYS_write, fd, (long)text->bytes, (long)text->length, 0, 0, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = (int)raw_syscall(
	    SYS_openat, AT_FDCWD, (long)path, O_RDONLY | (flags & (O_CLOEXEC | O_NONBLOCK)), 0, 0, 0);
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	return reader;
}

static const struct {
	const char *name;
	bool (*write)(const struct greenlet *g, struct texts *texts);
} own_files[] = {{"/comm", write_comm}, {"/stat", write_stat}, {"/status", write_status}};

/* False if the greenlet has no such file of its own. Else *fd is the descriptor, or -errno. */
static bool open_of_its_own(const struct lot_waiter *place, int flags, struct texts *texts, int *fd)
{
	size_t i;

	texts->own.length = 0;
	for (i = 0; i < sizeof(own_files) / sizeof(*own_files); i++) {
		if (strcmp(place->rest, own_files[i].name) != 0)
			continue;
		if ((flags & O_ACCMODE) == O_RDONLY && own_files[i].write(place->g, texts)) {
			*fd = open_text(&texts->own, flags);
			return *fd >= 0;
		}
		if ((flags & O_ACCMODE) != O_RDONLY && own_files[i].write == write_comm &&
		    write_comm(place->g, texts)) {
			*fd = open_name(place->g, flags, texts->own.bytes, texts->own.length);
			return true;
		}
	}
	return false;
}

/* A file that the greenlet does not have is opened in its OS thread's directory. */
static int open_own(const struct lot_waiter *place, int flags)
{
	struct texts *texts = memory_alloc(sizeof(*texts));
	char path[PROC_PATH];
	bool is_open;
	int fd;

	if (!texts)
		return -ENOMEM;
	is_open = open_of_its_own(place, flags, texts, &fd);
	memory_free(texts);
	if (is_open)
		return fd;
	put_path(place, path);
	return (int)raw_syscall(SYS_openat, AT_FDCWD, (long)path, flags, 0, 0, 0);
}

bool open_of_greenlet(int dir, const char *path, int flags, int *fd)
{
	char buffer[PROC_PATH];
	const struct lot_waiter place = find(dir, path, buffer);

	if (!place.g || strlen(place.rest) > PROC_PATH / 2)
		return false;
	*fd = (int)with_errno(open_own(&place, flags));
	return true;
}

bool link_of_greenlet(const char *path, char *target, size_t size, ssize_t *length)
{
	char text[64];
	int n;

	if (!is_green_thread() || strcmp(path, THREAD_SELF) != 0)
		return false;
	n = snprintf(text, sizeof(text), "%d/task/%d", sys_getpid(), thread_id_of(self));
	*length = (size_t)n < size ? n : (ssize_t)size;
	memcpy(target, text, (size_t)*length);
	return true;
}
