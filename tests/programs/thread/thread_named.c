/* threads */
/* The id of a thread in every call that takes one: of another thread, of one's own, of one that has ended. */
#include "tests/programs/threads.h"
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t niceness;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static sem_t asked;
static volatile sig_atomic_t hits;

static void on_signal(int signo)
{
	hits += signo == SIGUSR1;
}

/* For the process, whichever of its threads is named. */
static void signal_process(pid_t id)
{
	sigset_t set, before;
	siginfo_t info;

	say("kill, none", kill(id, 0));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	hits = 0;
	if (say("kill", kill(id, SIGUSR1)) == 0)
		while (!hits && sigtimedwait(&set, NULL, &(struct timespec){0, 1000000}) != SIGUSR1)
			;
	hits = 0;
	if (say("sigqueue", sigqueue(id, SIGUSR1, (union sigval){5})) == 0)
		while (!hits && sigtimedwait(&set, &info, &(struct timespec){0, 1000000}) != SIGUSR1)
			;
	sigprocmask(SIG_SETMASK, &before, NULL);
	say("kill, no signal", kill(id, 1000));
	say("raw", syscall(SYS_kill, id, 0));
	say("kill, its group", kill(-id, 0));
}

static void ask_of_groups(pid_t id)
{
	say_whether("group", getpgid(id) == getpgid(0));
	say_whether("session", getsid(id) == getsid(0));
	say("setpgid", setpgid(id, 0));
	say_whether("raw", syscall(SYS_getpgid, id) == getpgid(0));
}

static void ask_of_limits(pid_t id)
{
	struct rlimit own, its = {0};

	getrlimit(RLIMIT_NOFILE, &own);
	say("prlimit", prlimit(id, RLIMIT_NOFILE, NULL, &its));
	say_whether("the same", !memcmp(&own, &its, sizeof(own)));
	say("raw", syscall(SYS_prlimit64, id, RLIMIT_NOFILE, NULL, &its));
}

static void ask_of_memory(pid_t id)
{
	char from[8] = "from it", to[8] = "";
	struct iovec there = {from, 8}, here = {to, 8};
	void *page = from;
	int status;

	say("readv", process_vm_readv(id, &here, 1, &there, 1, 0));
	printf("'%s'\n", to);
	say("writev", process_vm_writev(id, &here, 1, &there, 1, 0));
	say("move_pages", syscall(SYS_move_pages, id, 1, &page, NULL, &status, 0));
	say_whether("same memory", syscall(SYS_kcmp, id, getpid(), KCMP_VM, 0, 0) <= 0);
}

static void ask_of_scheduling(pid_t id)
{
	struct scheduling s = {0}, batch = {.size = sizeof(batch), .policy = SCHED_BATCH, .niceness = 3};
	struct timespec slice;
	cpu_set_t set;

	say("rr", sched_rr_get_interval(id, &slice));
	say("raw", syscall(SYS_sched_rr_get_interval, id, &slice));
	say("getattr", syscall(SYS_sched_getattr, id, &s, sizeof(s), 0));
	say("policy", s.policy);
	say("setattr", syscall(SYS_sched_setattr, id, &batch, 0));
	say("getattr", syscall(SYS_sched_getattr, id, &s, sizeof(s), 0));
	printf("policy %u, priority %u, nice %d\n", s.policy, s.priority, s.niceness);
	say("getscheduler", sched_getscheduler(id));
	say("nice", getpriority(PRIO_PROCESS, (id_t)id));
	say("raw nice", syscall(SYS_getpriority, PRIO_PROCESS, id));
	batch.size = 3;
	say("setattr, too small", syscall(SYS_sched_setattr, id, &batch, 0));
	say_whether("affinity", syscall(SYS_sched_getaffinity, id, sizeof(set), &set) > 0);
	say_whether("ioprio", syscall(SYS_ioprio_get, 1, id) >= 0);
}

static void ask_of_time(pid_t id)
{
	clockid_t clock = (clockid_t)(~(unsigned)id << 3 | 6);
	struct timespec t = {0};

	say("thread clock", syscall(SYS_clock_gettime, clock, &t));
	say("resolution", syscall(SYS_clock_getres, clock, &t));
}

static void ask_of_the_rest(pid_t id)
{
	struct perf_event_attr event = {
	    .type = PERF_TYPE_SOFTWARE, .size = sizeof(event), .config = PERF_COUNT_SW_TASK_CLOCK};
	struct robust_list_head *head = NULL;
	size_t size = 0;
	int fd;

	say("robust list", syscall(SYS_get_robust_list, id, &head, &size));
	say_whether("ends in itself", head && (void *)head->list.next == (void *)head && size == sizeof(*head));
	fd = (int)syscall(SYS_perf_event_open, &event, id, -1, -1, 0);
	say_whether("no such thread", fd < 0 && errno == ESRCH);
	if (fd >= 0)
		close(fd);
	say("attach", ptrace(PTRACE_ATTACH, id, NULL, NULL));
}

static void ask_all(pid_t id)
{
	signal_process(id);
	ask_of_groups(id);
	ask_of_limits(id);
	ask_of_memory(id);
	ask_of_scheduling(id);
	ask_of_time(id);
	ask_of_the_rest(id);
}

static void *tell_id_and_wait(void *id)
{
	__atomic_store_n((pid_t *)id, gettid(), __ATOMIC_SEQ_CST);
	sem_wait(&asked);
	return NULL;
}

static void *ask_of_oneself(void *unused)
{
	struct robust_list_head *head, *same;
	size_t size;

	puts("one's own:");
	ask_all(gettid());
	syscall(SYS_get_robust_list, 0, &head, &size);
	syscall(SYS_get_robust_list, gettid(), &same, &size);
	say_whether("one list", head == same);
	return unused;
}

int main(void)
{
	pid_t id = 0;
	pthread_t thread;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGUSR1, on_signal);
	must("sem_init", sem_init(&asked, 0, 0));
	thread = start(tell_id_and_wait, &id);
	while (!__atomic_load_n(&id, __ATOMIC_SEQ_CST))
		msleep(1);
	puts("another's:");
	ask_all(id);
	say("main's policy", sched_getscheduler(0));
	sem_post(&asked);
	join(thread);
	while (tgkill(getpid(), id, 0) == 0)
		msleep(1);
	puts("of one that has ended:");
	ask_all(id);
	join(start(ask_of_oneself, NULL));
	return 0;
}
