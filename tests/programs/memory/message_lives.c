/* threads */
/*
 * Threads that ask for strings which libc keeps for each of them until it ends: of errors and signals without a name,
 * and of what dlopen could not do. The process does not grow by them, also where a key's destructor asks.
 */
#include "tests/programs/threads.h"
#include <dlfcn.h>
#include <malloc.h>

enum { LIVES = 2000 };

static pthread_key_t key;

static void *ask_for_error(void *unused)
{
	return strstr(strerror(123456), "123456") ? unused : "no number in strerror";
}

static void *ask_for_signal(void *unused)
{
	return strstr(strsignal(123456), "123456") ? unused : "no number in strsignal";
}

static void *fail_to_load(void *unused)
{
	return dlopen("/none/such", RTLD_NOW) ? "loaded" : unused;
}

static void *fail_and_ask(void *unused)
{
	const char *said;

	fail_to_load(NULL);
	said = dlerror();
	return said && strstr(said, "/none/such") ? unused : "dlerror says something else";
}

static void ask_once_more(void *unused)
{
	(void)unused;
	ask_for_error(NULL);
	ask_for_signal(NULL);
}

static void *leave_it_to_destructor(void *unused)
{
	ask_once_more(NULL);
	pthread_setspecific(key, &key);
	return unused;
}

/* It asks and answers itself while a thread that has asked the same ends. */
static void *keep_own(void *unused)
{
	const char *mine = strerror(234567);
	const char *wrong = join(start(ask_for_error, NULL));

	if (!strstr(mine, "234567"))
		return "another string in the place of its own";
	return wrong ? (void *)wrong : unused;
}

static void live(const char *what, void *(*life)(void *), int lives)
{
	const char *wrong;

	for (; lives > 0; lives--) {
		wrong = join(start(life, NULL));
		if (wrong)
			printf("%s: %s\n", what, wrong);
	}
}

/* What is kept for a thread takes 24 bytes or more. */
static void say_growth(const char *what, void *(*life)(void *))
{
	size_t before, after;

	live(what, life, LIVES / 10);
	before = mallinfo2().uordblks;
	live(what, life, LIVES);
	after = mallinfo2().uordblks;
	say_whether(what, after < before + 24ul * LIVES / 4);
}

int main(void)
{
	const char *own = strerror(345678), *own_signal = strsignal(345678);

	pthread_key_create(&key, ask_once_more);
	puts("The process does not grow by");
	say_growth("errors", ask_for_error);
	say_growth("signals", ask_for_signal);
	say_growth("failures to load", fail_to_load);
	say_growth("failures to load that were asked for", fail_and_ask);
	say_growth("what a destructor asks for", leave_it_to_destructor);
	say_growth("errors within errors", keep_own);
	printf("%s, %s\n", own, own_signal);
	return 0;
}
