#include "process.h"
#include "elf.h"
#include "refuse.h"
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define OF_KERNEL 0x00200000ul /* PF_KTHREAD, in the flags that the kernel reports */

/* More than any environment that the kernel accepts. */
#define MOST_BYTES (16 << 20)

/* The data of a process or a thread that every user may read, see proc_pid_stat(5). */
struct told {
	char name[64];
	char state;
	unsigned long flags, threads, memory;
};

static int read_number(const char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number < 1 || number > INT_MAX)
		refuse(OUR_FAILURE, "--check: '%s' is not the number of a process", text);
	return (int)number;
}

static bool is_proc_mounted(void)
{
	struct statfs fs;

	return statfs("/proc", &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Reads all of a file that has no size, with a NUL behind it; NULL with errno set. */
static char *read_all(int directory, const char *file, size_t *size)
{
	int fd = openat(directory, file, O_RDONLY | O_CLOEXEC), error;
	char *bytes = NULL;
	size_t room = 4096;
	ssize_t n = -1;

	*size = 0;
	while (fd >= 0 && room <= MOST_BYTES) {
		bytes = realloc(bytes, room + 1);
		if (!bytes)
			refuse(OUR_FAILURE, "out of memory");
		n = read(fd, bytes + *size, room - *size);
		if (n <= 0)
			break;
		*size += (size_t)n;
		if (*size == room)
			room *= 2;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		free(bytes);
		errno = error;
		return NULL;
	}
	bytes[*size] = '\0';
	return bytes;
}

/* False with errno set. The name may contain spaces and parentheses. */
static bool read_told(int directory, const char *file, struct told *told)
{
	size_t size;
	char *line = read_all(directory, file, &size);
	char *name = line ? strchr(line, '(') : NULL, *end = line ? strrchr(line, ')') : NULL;
	bool is_whole = false;

	*told = (struct told){0};
	if (name && end && name < end) {
		snprintf(told->name, sizeof told->name, "%.*s", (int)(end - name - 1), name + 1);
		is_whole = sscanf(end + 1,
			       " %c %*d %*d %*d %*d %*d %lu %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %lu %*d %*u %lu",
			       &told->state, &told->flags, &told->threads, &told->memory) == 4;
	}
	if (line && !is_whole)
		errno = ESRCH;
	free(line);
	return is_whole;
}

static bool is_over(const struct told *told)
{
	return told->state == 'Z' || told->state == 'X';
}

/* The first thread may have ended before the others. Switches to one of those; false: there is none. */
static bool open_living_thread(struct process *process)
{
	int tasks = openat(process->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), thread = -1;
	DIR *all = tasks < 0 ? NULL : fdopendir(tasks);
	const struct dirent *entry;
	struct told told;

	while (all && thread < 0 && (entry = readdir(all))) {
		if (entry->d_name[0] == '.')
			continue;
		thread = openat(tasks, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (thread >= 0 && (!read_told(thread, "stat", &told) || is_over(&told) || !told.memory)) {
			close(thread);
			thread = -1;
		}
	}
	if (all)
		closedir(all);
	if (thread < 0)
		return false;
	close(process->directory);
	process->directory = thread;
	return true;
}

static _Noreturn void refuse_unseen(int id, int error)
{
	if (!is_proc_mounted())
		refuse(CANNOT_RUN, "process %d cannot be looked at: /proc is not mounted", id);
	if (error == ESRCH || (error == ENOENT && kill(id, 0) < 0 && errno == ESRCH))
		refuse(NOT_FOUND, "there is no process %d", id);
	if (error == ENOENT)
		refuse(CANNOT_RUN, "process %d cannot be looked at: /proc hides it", id);
	refuse(CANNOT_RUN, "process %d cannot be looked at: %s", id, strerror(error));
}

void open_process(struct process *process, const char *text)
{
	struct told told;
	char *path;

	*process = (struct process){.id = read_number(text), .memory = -1};
	path = formatted("/proc/%d", process->id);
	process->directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process->directory < 0 || !is_proc_mounted() || !read_told(process->directory, "stat", &told))
		refuse_unseen(process->id, errno);
	free(path);
	memcpy(process->name, told.name, sizeof told.name);
	process->threads = told.threads;
	process->is_kernels = (told.flags & OF_KERNEL) != 0;
	if (process->is_kernels)
		return;
	if ((is_over(&told) || !told.memory) && !open_living_thread(process))
		refuse(NOT_FOUND, "process %d (%s) has ended", process->id, process->name);
	process->memory = openat(process->directory, "mem", O_RDONLY | O_CLOEXEC);
	process->memory_error = errno;
}

void close_process(struct process *process)
{
	if (process->memory >= 0)
		close(process->memory);
	close(process->directory);
}

/* If the program is gone, a read of its memory returns no byte; if it is not, a read at address 0 fails. */
bool has_changed(const struct process *process)
{
	struct told told;
	char byte;

	if (process->is_kernels)
		return false;
	if (process->memory >= 0)
		return pread(process->memory, &byte, 1, 0) == 0;
	return !read_told(process->directory, "stat", &told) || is_over(&told) || !told.memory;
}

bool read_memory(const struct process *process, uintptr_t address, void *to, size_t size)
{
	ssize_t n = pread(process->memory, to, size, (off_t)address);

	return n >= 0 && (size_t)n == size;
}

/* A shared mapping may be a device's, which a read would change. */
static const char *mapped_from_start(const char *line, uintptr_t *address)
{
	unsigned long start, inode, offset;
	char access[5];
	int path = 0;

	if (sscanf(line, "%lx-%*x %4s %lx %*x:%*x %lu %n", &start, access, &offset, &inode, &path) < 4 || !path)
		return NULL;
	*address = start;
	return access[0] == 'r' && access[3] == 'p' && offset == 0 && inode ? line + path : NULL;
}

bool find_mapped_file(
    const struct process *process, bool (*take)(uintptr_t address, const char *path, void *arg), void *arg)
{
	size_t size;
	char *maps = read_all(process->directory, "maps", &size), *rest = maps, *line;
	const char *path;
	uintptr_t address;
	bool found = false;

	if (!maps && errno != ESRCH)
		refuse(CANNOT_RUN, "process %d (%s) cannot be looked at: %s", process->id, process->name,
		    errno == EACCES || errno == EPERM ? "it is another user's, or has privileges of its own"
						      : strerror(errno));
	while (!found && rest && (line = strsep(&rest, "\n"))) {
		path = mapped_from_start(line, &address);
		found = path && take(address, path, arg);
	}
	free(maps);
	return found;
}

/* True if the loader was executed as a command, and has loaded another program. */
static bool is_loader(const struct process *process)
{
	char path[PATH_MAX];
	ssize_t length = readlinkat(process->directory, "exe", path, sizeof path - 1);

	path[length < 0 ? 0 : length] = '\0';
	return strstr(path, "/ld-linux") || strstr(path, "/ld.so");
}

/* The fault in the program's file; NULL: none, or it cannot be read. */
static const char *fault_of_program(const struct process *process)
{
	int fd = openat(process->directory, "exe", O_RDONLY | O_CLOEXEC);
	struct elf_summary elf;
	const char *fault;

	if (fd < 0)
		return NULL;
	fault = read_elf(fd, &elf);
	close(fd);
	if (fault)
		return NULL;
	if (elf.class != (sizeof(ElfW(Addr)) == 8 ? ELFCLASS64 : ELFCLASS32))
		return formatted("it is a %s-bit program", elf.class == ELFCLASS32 ? "32" : "64");
	if (strstr(elf.loader, "ld-musl"))
		return "it is linked against musl";
	return *elf.loader || is_loader(process) ? NULL : "it is statically linked";
}

/* True if the loader ignores LD_PRELOAD for the process. */
static bool is_secure(const struct process *process)
{
	size_t size, i;
	char *bytes = read_all(process->directory, "auxv", &size);
	const ElfW(auxv_t) *auxv = (const void *)bytes;
	bool secure = false;

	for (i = 0; bytes && i < size / sizeof *auxv; i++)
		secure |= auxv[i].a_type == AT_SECURE && auxv[i].a_un.a_val;
	free(bytes);
	return secure;
}

/* The value at the start of the program; NULL: it had none, or it cannot be read. */
static const char *preloaded(const struct process *process)
{
	static const char name[] = "LD_PRELOAD=";
	size_t size;
	const char *all = read_all(process->directory, "environ", &size), *variable;

	for (variable = all; all && variable < all + size; variable += strlen(variable) + 1) {
		if (strncmp(variable, name, strlen(name)) == 0)
			return variable + strlen(name);
	}
	return NULL;
}

const char *why_not_loaded(const struct process *process)
{
	const char *fault = fault_of_program(process), *preload = preloaded(process);

	if (fault)
		return fault;
	if (is_secure(process))
		return "the loader ignored LD_PRELOAD, as the program was given privileges (AT_SECURE)";
	if (preload && strstr(preload, "libgreenload"))
		return formatted("the loader could not load it: LD_PRELOAD is '%s'", preload);
	return preload && *preload ? formatted("LD_PRELOAD is '%s'", preload) : "the program was started without it";
}
