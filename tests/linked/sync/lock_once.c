/* Once-only execution between greenlets and OS threads, and routines that are left before their end. */
#include "crew.h"
#include <setjmp.h>
#include <sys/wait.h>
#include <threads.h>
#include <unwind.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag flag = ONCE_FLAG_INIT;
static _Atomic int begun;
static int ended;

static void take_long(void)
{
	begun++;
	green_sleep(0.01);
	ended++;
}

static void *call_take_long(void *unused)
{
	expect_equal("pthread_once", pthread_once(&once, take_long), 0);
	expect_equal("ended", ended, 1);
	return unused;
}

static void *call_by_flag(void *unused)
{
	call_once(&flag, take_long);
	expect_equal("ended", ended, 1);
	return unused;
}

static void just_once(void)
{
	begun = ended = 0;
	run_crew(call_take_long, NULL);
	expect_equal("begun", begun, 1);
	begun = ended = 0;
	run_crew(call_by_flag, NULL);
	expect_equal("begun", begun, 1);
}

/* What an exception or the end of a thread does to the frames between a routine and who catches it. */
static __thread struct _Unwind_Exception exception;
static __thread jmp_buf caught;
static __thread _Unwind_Word catcher;

static _Unwind_Reason_Code stop_at_catcher(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
    struct _Unwind_Exception *object, struct _Unwind_Context *context, void *unused)
{
	(void)version;
	(void)actions;
	(void)class;
	(void)object;
	(void)unused;
	if (_Unwind_GetCFA(context) > catcher)
		longjmp(caught, 1);
	return _URC_NO_REASON;
}

/* The first two leave it, the third does not. */
static void leave_twice(void)
{
	int nth = ++begun;

	green_sleep(0.005);
	if (nth <= 2)
		_Unwind_ForcedUnwind(&exception, stop_at_catcher, NULL);
	ended++;
}

static int left;

static __attribute__((noinline)) void call_leave_twice(pthread_once_t *control)
{
	catcher = (_Unwind_Word)__builtin_dwarf_cfa();
	if (setjmp(caught) == 0)
		pthread_once(control, leave_twice);
	else
		__atomic_add_fetch(&left, 1, __ATOMIC_SEQ_CST);
}

static void *call_and_catch(void *control)
{
	call_leave_twice(control);
	return NULL;
}

static void left_by_unwinding(void)
{
	pthread_once_t control = PTHREAD_ONCE_INIT;

	begun = ended = 0;
	run_crew(call_and_catch, &control);
	expect_equal("begun", begun, 3);
	expect_equal("left", left, 2);
	expect_equal("ended", ended, 1);
	call_leave_twice(&control);
	expect_equal("begun", begun, 3);
}

static void exit_at_first(void)
{
	if (++begun == 1) {
		usleep(10000);
		pthread_exit(NULL);
	}
	ended++;
}

static void *call_exit_at_first(void *control)
{
	pthread_once(control, exit_at_first);
	expect_equal("ended", ended, 1);
	return NULL;
}

/* An OS thread ends in the routine while greenlets wait for it. */
static void left_by_exit(void)
{
	pthread_once_t control = PTHREAD_ONCE_INIT;
	pthread_t thread;

	begun = ended = 0;
	must("pthread_create", -pthread_create(&thread, NULL, call_exit_at_first, &control));
	while (!begun)
		green_yield();
	run_crew(call_exit_at_first, &control);
	pthread_join(thread, NULL);
	expect_equal("begun", begun, 2);
}

static pthread_once_t inner = PTHREAD_ONCE_INIT;

static void innermost(void)
{
	ended++;
}

static void nest(void)
{
	pthread_once(&inner, innermost);
	expect_equal("the inner one has ended", ended, 1);
}

static void *call_nest(void *control)
{
	pthread_once(control, nest);
	return NULL;
}

static void nested(void)
{
	pthread_once_t outer = PTHREAD_ONCE_INIT;

	ended = 0;
	run_crew(call_nest, &outer);
	expect_equal("ended", ended, 1);
}

static pthread_once_t begun_by_parent = PTHREAD_ONCE_INIT;

/* The greenlet that is in the routine stays behind in the parent. */
static void *call_begun_by_parent(void *unused)
{
	pthread_once(&begun_by_parent, take_long);
	return unused;
}

static void begun_anew_in_child(void)
{
	green_t *g;
	int status;
	pid_t child;

	begun = ended = 0;
	g = must_spawn(call_begun_by_parent, NULL);
	while (!begun)
		green_yield();
	child = (pid_t)must("fork", fork());
	if (child == 0) {
		alarm(10);
		call_begun_by_parent(NULL);
		_exit(begun == 2 && ended == 1 ? 0 : 1);
	}
	must("waitpid", waitpid(child, &status, 0));
	expect_equal("status of the child", status, 0);
	must_join(g);
	expect_equal("begun", begun, 1);
}

int main(void)
{
	just_once();
	left_by_unwinding();
	left_by_exit();
	nested();
	begun_anew_in_child();
	return verdict();
}
