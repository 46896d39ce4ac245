#include "check.h"
#include "described.h"
#include "process.h"
#include "refuse.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often a process is examined again because it has executed another program meanwhile. */
#define MOST_LOOKS 20

/* More hubs than there can be OS threads: then the list was changed while it was read. */
#define MOST_WORKERS (1u << 22)

#define ACTIVE 0

struct finding {
	int status;
	char *text;
};

struct census {
	uint64_t workers, greenlets;
};

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* The list keeps workers whose OS thread has ended. */
static bool is_alive(const struct described *described, uintptr_t worker)
{
	uint64_t is_main, id, word;
	int found = 0;

	if (!described_field(described, "worker.is_main", worker, &is_main) || is_main ||
	    !described_field(described, "worker.thread_id", worker, &id) ||
	    !described_field(described, "worker.thread_word", worker, &word))
		return true;
	return read_memory(described->process, (uintptr_t)word, &found, sizeof found) && (unsigned)found == id;
}

/* The process runs meanwhile: each number is correct, but they need not be from the same moment. */
static struct census count_greenlets(const struct described *described)
{
	struct census census = {0};
	uint64_t worker = 0, greenlets;
	unsigned looks;

	described_variable(described, "workers", &worker);
	for (looks = 0; worker && looks < MOST_WORKERS; looks++) {
		bool alive = is_alive(described, (uintptr_t)worker);

		if (!described_field(described, "worker.greenlets", (uintptr_t)worker, &greenlets) ||
		    !described_field(described, "worker.next", (uintptr_t)worker, &worker))
			break;
		if (!alive)
			continue;
		census.workers += greenlets > 0;
		census.greenlets += greenlets;
	}
	return census;
}

/* The reason why the library has no greenlets in the process. */
static char *why_not_active(const struct described *described)
{
	uint64_t is_ready = 0, is_off = 0, native = 0;

	described_variable(described, "is_ready", &is_ready);
	described_variable(described, "threads_stay_threads", &is_off);
	described_variable(described, "native_threads", &native);
	if (!described->entries || !is_ready)
		return formatted("the program has not begun");
	if (is_off)
		return formatted("threads stay threads, as GREENLOAD_PATCH does not ask for more");
	if (native)
		return formatted(
		    "%" PRIu64 " thread%s could only be the system's, see --stats", native, plural(native));
	return formatted("the program has made no thread, its calls are native");
}

static const char *of_libc(const struct described *described)
{
	char text[256];

	if (!described_text(described, "libc", text, sizeof text) || strncmp(text, "patched", strlen("patched")) == 0)
		return "";
	return formatted("; libc is %s", text);
}

static const char *of_release(const struct described *described)
{
	if (strcmp(described->release, GREENLOAD_VERSION) == 0)
		return "";
	return formatted("; the library is of release %s", described->release);
}

static struct finding judge_described(const struct described *described)
{
	struct census census = count_greenlets(described);

	if (!census.workers)
		return (struct finding){NOT_ACTIVE,
		    formatted("loaded, not active: %s%s", why_not_active(described), of_release(described))};
	return (struct finding){ACTIVE,
	    formatted("active: %" PRIu64 " greenlet%s, %" PRIu64 " worker%s, %lu OS thread%s%s%s", census.greenlets,
		plural(census.greenlets), census.workers, plural(census.workers), described->process->threads,
		plural(described->process->threads), of_libc(described), of_release(described))};
}

static bool is_named_as_ours(uintptr_t address, const char *path, void *unused)
{
	static const char name[] = "libgreenload.so";
	const char *slash = strrchr(path, '/');

	(void)address;
	(void)unused;
	return slash && strncmp(slash + 1, name, strlen(name)) == 0;
}

/* The administrator's limit on reading memory, see ptrace(2); "" if it is not the reason. */
static const char *rule_of_yama(void)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = 0;

	if (file && fscanf(file, "%d", &scope) != 1)
		scope = 0;
	if (file)
		fclose(file);
	if (!scope)
		return "";
	return formatted(", kernel.yama.ptrace_scope is %d%s", scope, scope < 3 ? ": ask as root" : "");
}

/* For a process whose mappings can be read, but not its memory. */
static struct finding judge_by_name(const struct process *process)
{
	if (!find_mapped_file(process, is_named_as_ours, NULL))
		return (struct finding){NOT_LOADED, formatted("not loaded: %s", why_not_loaded(process))};
	return (struct finding){CANNOT_RUN,
	    formatted("loaded, but its memory cannot be read: %s%s", strerror(process->memory_error), rule_of_yama())};
}

static struct finding judge(const struct process *process)
{
	struct described described;

	if (process->is_kernels)
		return (struct finding){NOT_LOADED, formatted("not loaded: it is a thread of the kernel")};
	if (process->memory < 0)
		return judge_by_name(process);
	if (!find_description(process, &described))
		return (struct finding){NOT_LOADED, formatted("not loaded: %s", why_not_loaded(process))};
	if (described.version != DESCRIPTION_VERSION)
		return (struct finding){CANNOT_RUN,
		    formatted("loaded, but of a release that this one cannot read (%u)", described.version)};
	return judge_described(&described);
}

static _Noreturn void answer(struct process *process, const struct finding *finding)
{
	if (finding->status == CANNOT_RUN)
		refuse(CANNOT_RUN, "process %d (%s): %s", process->id, process->name, finding->text);
	if (printf("%d (%s): %s\n", process->id, masked(process->name), masked(finding->text)) < 0 ||
	    fflush(stdout) == EOF)
		refuse(OUR_FAILURE, "cannot write to standard output: %s", strerror(errno));
	exit(finding->status);
}

_Noreturn void check(const char *text)
{
	struct process process;
	struct finding finding;
	int looks;

	for (looks = 0; looks < MOST_LOOKS; looks++) {
		open_process(&process, text);
		finding = judge(&process);
		if (!has_changed(&process))
			answer(&process, &finding);
		close_process(&process);
	}
	refuse(CANNOT_RUN, "process %s executes one program after the other", text);
}
