/*
 * confine PROFILE COMMAND [ARGUMENT...]: runs a command under the filters that a service manager or a container sets.
 * Where ALLOWED is defined, allowed.h has the system calls of systemd's own list as lines like ALLOW(read).
 */
#include "tests/programs/refused/profiles.h"
#include <stdio.h>
#include <string.h>

#ifdef ALLOWED
static const unsigned allowed[] = {
#define ALLOW(name) SYS_##name,
#include <allowed.h> /* made by places.sh */
};

/* Other calls end the process; what systemd does not know does not exist. */
static bool confine_as_here(void)
{
	struct sock_filter code[1200] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
	struct sock_fprog program = {1, code};
	size_t i;

	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		code[program.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
		code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[program.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, CALL_CACHESTAT, 0, 1);
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool confine_as_here(void)
{
	return confine_as_systemd();
}
#endif

static bool confine_as_hardened_here(void)
{
	return deny_gain_of_execution() && deny_executable_memory() && confine_as_here();
}

static const struct {
	const char *name;
	bool (*set)(void);
} profiles[] = {{"docker", confine_as_docker}, {"service", confine_as_here}, {"hardened", confine_as_hardened_here},
    {"published", confine_as_hardened_service}};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 2 && i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (strcmp(argv[1], profiles[i].name) != 0)
			continue;
		if (profiles[i].set())
			execvp(argv[2], argv + 2);
		perror(argv[2]);
		return 125;
	}
	fputs("usage: confine docker|service|hardened|published COMMAND [ARGUMENT...]\n", stderr);
	return 125;
}
