#include "task.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/malloc_arena.h"
#include "runtime/glibc/tls.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/sys.h"
#include "wait_cleanup.h"
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

__thread int task_flags;

struct task {
	struct task *next;
	void *pointer;
	int flags;
	pid_t id; /* 0: no task has the block; -1: a task is being made */
	int (*fn)(void *arg);
	void *arg;
};

static struct task *tasks;
static struct lock tasks_lock;

static bool has_ended(const struct task *task)
{
	if (task->id <= 0)
		return task->id == 0;
	if (task->flags & CLONE_THREAD)
		return raw_syscall(SYS_tgkill, sys_getpid(), task->id, 0, 0, 0, 0) == -ESRCH;
	return raw_syscall(SYS_kill, task->id, 0, 0, 0, 0, 0) == -ESRCH;
}

/* The memory has the task at its low end and the block at its high end. */
static struct task *make_block(void)
{
	size_t size = (sizeof(struct task) + tls_bytes() + 4095) & ~4095ul;
	char *memory = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
	struct task *task = (struct task *)memory;
	void *low;

	if (!memory)
		return NULL;
	task->pointer = tls_place(memory + size, &low);
	if (tls_make(task->pointer, 0) != 0) {
		sys_munmap(memory, size);
		return NULL;
	}
	task->id = -1;
	lock(&tasks_lock);
	task->next = tasks;
	tasks = task;
	unlock(&tasks_lock);
	return task;
}

/* A new one is made without the lock: malloc is called, which may be the program's and park. */
static struct task *take_block(void)
{
	struct task *task;

	lock(&tasks_lock);
	for (task = tasks; task && !has_ended(task); task = task->next)
		;
	if (task)
		task->id = -1;
	unlock(&tasks_lock);
	return task ? task : make_block();
}

struct copy {
	char *to;
	const char *from;
	const void *allocator;
};

static bool holds(const struct dl_phdr_info *module, const void *address)
{
	int i;

	for (i = 0; i < module->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &module->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && (uintptr_t)address - (module->dlpi_addr + p->p_vaddr) < p->p_memsz)
			return true;
	}
	return false;
}

static size_t tls_size(const struct dl_phdr_info *module)
{
	int i;

	for (i = 0; i < module->dlpi_phnum; i++) {
		if (module->dlpi_phdr[i].p_type == PT_TLS)
			return module->dlpi_phdr[i].p_memsz;
	}
	return 0;
}

/* Not ours, which describe the call that the caller is in, and not an allocator's, which are one thread's alone. */
static int copy_variables(struct dl_phdr_info *module, size_t size, void *arg)
{
	const struct copy *copy = arg;
	ptrdiff_t offset;

	(void)size;
	if (!glibc_static_module(module->dlpi_tls_modid, 0, &offset) || holds(module, (const void *)task_make))
		return 0;
	if (offset == glibc.libc_low || !holds(module, copy->allocator))
		memcpy(copy->to + offset, copy->from + offset, tls_size(module));
	return 0;
}

struct task *task_make(int flags, int (*fn)(void *arg), void *arg, const void *allocator)
{
	int error = tls_init();
	struct task *task = error ? NULL : take_block();
	struct copy copy = {.from = thread_pointer(), .allocator = allocator};
	void *caches[ARENA_CACHES];

	if (!task) {
		errno = error ? error : ENOMEM;
		return NULL;
	}
	copy.to = task->pointer;
	arena_keep(task->pointer, caches);
	dl_iterate_phdr(copy_variables, &copy);
	arena_put_back(task->pointer, caches);
	task->flags = flags;
	task->fn = fn;
	task->arg = arg;
	return task;
}

void *task_pointer(const struct task *task)
{
	return task->pointer;
}

void task_made(struct task *task, pid_t id)
{
	lock(&tasks_lock);
	task->id = id < 0 ? 0 : id;
	unlock(&tasks_lock);
}

/* The task that had the block before may have ended in the midst of something. */
int task_run(void *arg)
{
	struct task *task = arg;

	task_flags = task->flags;
	deferred = (struct deferred_signals){0};
	wait_records = NULL;
	tls_set_thread_id(os_thread_id());
	return task->fn(task->arg);
}

void tasks_reset(void)
{
	tasks = NULL;
	atomic_store(&tasks_lock.state, 0);
	task_flags = 0;
}
