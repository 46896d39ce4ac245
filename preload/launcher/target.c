#include "target.h"
#include "elf.h"
#include "file.h"
#include "privilege.h"
#include "refuse.h"
#include "script.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux follows scripts that are run by scripts; the fifth must name a program. */
#define MOST_SCRIPTS 5

/* Enough for any use of env; a script that names itself like that would go on for ever. */
#define MOST_EXECUTIONS 8

struct target {
	const char *name; /* the command as the user wrote it */
	const char *path; /* its file */
	const char *file; /* the file to check: the same, or what runs it */
	int scripts;      /* followed since the last execution */
	int executions;   /* by env and for the shell */
	int by_env;
};

/* Refuses with a sentence that begins with the command and, if it is another, the file at fault. */
static _Noreturn void refuse_target(const struct target *target, enum status status, const char *fault)
{
	if (target->file == target->path)
		refuse(status, "'%s' %s", target->name, fault);
	refuse(status, "'%s' needs '%s', which %s", target->name, target->file, fault);
}

static _Noreturn void refuse_for_errno(const struct target *target)
{
	if (errno == ENOENT)
		refuse_target(target, NOT_FOUND, "was not found");
	refuse_target(target, status_of(errno), formatted("cannot be run: %s", strerror(errno)));
}

static void require_executable(const struct target *target)
{
	struct stat st;

	if (stat(target->file, &st) < 0)
		refuse_for_errno(target);
	if (S_ISDIR(st.st_mode))
		refuse_target(target, CANNOT_RUN, "is a directory");
	if (!S_ISREG(st.st_mode))
		refuse_target(target, CANNOT_RUN, "is not a regular file");
	if (eaccess(target->file, X_OK) < 0)
		refuse_for_errno(target);
}

static void require_no_privileges(const struct target *target)
{
	struct stat st;
	const char *how = stat(target->file, &st) == 0 ? privileged(target->file, &st) : NULL;

	if (how)
		refuse_target(target, CANNOT_RUN, formatted("is %s: nothing can be preloaded into it", how));
}

static void read_program(const struct target *target, struct elf_summary *summary)
{
	int fd = open(target->file, O_RDONLY | O_CLOEXEC);
	const char *fault;

	if (fd < 0)
		refuse_for_errno(target);
	fault = read_elf(fd, summary);
	close(fd);
	if (fault)
		refuse_target(target, CANNOT_RUN, fault);
}

/* The launcher itself: the library fits programs of its machine and its loader. */
static void read_own(struct elf_summary *summary)
{
	char *path = own_program();
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		refuse(OUR_FAILURE, "cannot read itself: %s", strerror(errno));
	if (read_elf(fd, summary) || !strchr(summary->loader, '/'))
		refuse(OUR_FAILURE, "is itself not a dynamically linked program");
	close(fd);
	free(path);
}

static void require_same_machine(
    const struct target *target, const struct elf_summary *program, const struct elf_summary *own)
{
	if (program->class != own->class)
		refuse_target(target, CANNOT_RUN,
		    formatted("is a %s-bit program, and greenload is not", own->class == ELFCLASS64 ? "32" : "64"));
	if (program->data != own->data || program->machine != own->machine)
		refuse_target(target, CANNOT_RUN, "is made for another machine");
}

/* glibc's loader has the same name wherever it is installed; other loaders have other names. */
static bool is_glibc_loader(const char *loader, const char *own)
{
	const char *base = strrchr(loader, '/');

	return strcmp(base ? base : loader, strrchr(own, '/')) == 0 || is_same_file(loader, own);
}

static void require_glibc_loader(
    const struct target *target, const struct elf_summary *program, const struct elf_summary *own)
{
	const char *loader = program->loader;

	if (!*loader && program->position_free && program->dynamic)
		refuse_target(target, CANNOT_RUN, "is a static PIE or a library: nothing can be preloaded into it");
	if (!*loader || !program->dynamic)
		refuse_target(target, CANNOT_RUN, "is statically linked: nothing can be preloaded into it");
	if (strstr(loader, "ld-musl"))
		refuse_target(target, CANNOT_RUN, "is linked against musl, and greenload is made for glibc");
	if (!is_glibc_loader(loader, own->loader))
		refuse_target(
		    target, CANNOT_RUN, formatted("has the dynamic loader '%s', which is not that of glibc", loader));
	if (access(loader, F_OK) < 0)
		refuse_target(
		    target, status_of(errno), formatted("has the dynamic loader '%s': %s", loader, strerror(errno)));
}

static void judge_program(const struct target *target)
{
	struct elf_summary program, own;

	require_no_privileges(target);
	read_program(target, &program);
	read_own(&own);
	require_same_machine(target, &program, &own);
	if (!is_same_file(target->file, own.loader)) /* as a command, the loader loads another program */
		require_glibc_loader(target, &program, &own);
}

/* From here on file runs the command, by an execve of its own. */
static void executes(struct target *target, const char *file)
{
	if (++target->executions > MOST_EXECUTIONS)
		refuse(CANNOT_RUN, "'%s' is a script that is run by itself", target->name);
	target->file = file;
	target->scripts = 0;
}

static void env_executes(struct target *target, const char *command)
{
	const char *path;

	require_executable(target);
	target->file = formatted("%s", command);
	path = find_command(command);
	if (!path)
		refuse_for_errno(target);
	executes(target, path);
	target->by_env++;
}

/* Follows a file that is not a program to what runs it; false if only the kernel may know. */
static bool follow(struct target *target, const struct head *head)
{
	struct interpreter interpreter;
	char command[HEAD_SIZE];

	if (!read_interpreter(head, &interpreter)) {
		if (is_text(head))
			executes(target, _PATH_BSHELL);
		return is_text(head);
	}
	if (++target->scripts > MOST_SCRIPTS)
		refuse(CANNOT_RUN, "'%s' is run by a script by a script, too many times", target->name);
	target->file = formatted("%s", interpreter.path);
	if (names_command_for_env(&interpreter, command))
		env_executes(target, command);
	return true;
}

/* Follows the target to a program; false if the file cannot be read, or if only the kernel may know the program. */
static bool reach_program(struct target *target, struct head *head)
{
	do {
		require_executable(target);
		if (!read_head(target->file, head))
			return false;
		if (is_elf(head->bytes, head->length))
			return true;
	} while (follow(target, head));
	return false;
}

int judge(const char *name, const char *path)
{
	struct target target = {.name = name, .path = path, .file = path};
	struct head head;

	if (reach_program(&target, &head))
		judge_program(&target);
	else if (!head.length)
		require_no_privileges(&target);
	return target.by_env;
}

const char *find_program(const char *name, const char *path)
{
	struct target target = {.name = name, .path = path, .file = path};
	struct elf_summary program, own;
	struct head head;

	if (!reach_program(&target, &head))
		refuse_target(&target, CANNOT_RUN, head.length ? "is no ELF file" : "cannot be read");
	read_program(&target, &program);
	read_own(&own);
	require_same_machine(&target, &program, &own);
	return target.file;
}
