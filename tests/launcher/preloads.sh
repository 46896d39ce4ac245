# shellcheck shell=sh disable=SC2154,SC2086
# Beside other libraries that are preloaded, before them and after them. Sourced by run-launcher.

cat >waits.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

static int seconds;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void *by_nanosleep(void *unused)
{
	struct timespec span = {seconds, 0};

	nanosleep(&span, NULL);
	return unused;
}

static void *by_poll(void *unused)
{
	poll(NULL, 0, seconds * 1000);
	return unused;
}

static void *by_select(void *unused)
{
	struct timeval span = {seconds, 0};

	select(0, NULL, NULL, NULL, &span);
	return unused;
}

static void *by_condition(void *unused)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += seconds;
	pthread_mutex_lock(&mutex);
	pthread_cond_timedwait(&never, &mutex, &at);
	pthread_mutex_unlock(&mutex);
	return unused;
}

/* waits SECONDS: each wait lasts as long by the program's clock; then a file is written, as a thread. */
int main(int argc, char **argv)
{
	void *(*const ways[])(void *) = {by_nanosleep, by_poll, by_select, by_condition};
	pthread_t thread[4];
	struct timespec before, after;
	int i, fd;

	sscanf(argv[argc - 1], "%d", &seconds);
	clock_gettime(CLOCK_REALTIME, &before);
	for (i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, ways[i], NULL);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	clock_gettime(CLOCK_REALTIME, &after);
	fd = open("waits.out", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, "bytes", 5) != 5 || fsync(fd) != 0)
		return 2;
	close(fd);
	printf("%s\n", after.tv_sec - before.tv_sec + 1 >= seconds ? "waited" : "too short");
	return 0;
}
END
$cc -O1 -pthread -o waits waits.c

# beside NAME PRELOAD SECONDS [SETTING...]: the same after another library and before it.
beside() {
	about=$1 other=$2 span=$3
	shift 3
	check "before $about" prints waited env "$@" LD_PRELOAD="$other" "$greenload" ./waits "$span"
	check "after $about" prints waited env "$@" GREENLOAD_PATCH=all LD_PRELOAD="$other:$library" ./waits "$span"
}

# waits_for_a_condition COMMAND...: by a call of ours that parks
waits_for_a_condition() {
	rm -f waits.stats
	prints waited "$@" GREENLOAD_STATS=waits.stats ./waits 1 && grep -Eq '"pthread_cond_timedwait": *[1-9]' waits.stats
}

# shellcheck disable=SC2016
faketime='/usr/$LIB/faketime/libfaketime.so.1'
if has faketime; then
	beside 'libfaketime, a day ahead' "$faketime" 1 FAKETIME=+1d
	beside 'libfaketime, ten times as fast' "$faketime" 10 FAKETIME='+0 x10'
	check 'after libfaketime, which looks functions up by version' waits_for_a_condition env GREENLOAD_PATCH=all \
		LD_PRELOAD="$faketime:$library" FAKETIME=+1d
	check 'before libfaketime, monotonic as it is' prints waited env FAKETIME=+1d FAKETIME_DONT_FAKE_MONOTONIC=1 \
		LD_PRELOAD="$faketime" "$greenload" ./waits 1
	check 'a faketime that is started' prints waited "$greenload" faketime -f +1d ./waits 1
	check 'started by faketime' prints waited faketime -f '+0 x10' "$greenload" ./waits 10
else
	skip 'libfaketime' 'it is not installed'
fi
if has eatmydata; then
	beside 'libeatmydata' libeatmydata.so 1
	check 'an eatmydata that is started' prints waited "$greenload" eatmydata ./waits 1
else
	skip 'libeatmydata' 'it is not installed'
fi
if has fakeroot; then
	check 'a fakeroot that is started' prints 0 "$greenload" fakeroot id -u
	check 'started by fakeroot' prints 0 fakeroot "$greenload" id -u
	check 'threads under fakeroot' prints waited fakeroot "$greenload" ./waits 1
else
	skip 'fakeroot' 'it is not installed'
fi
if has proxychains4; then
	printf 'localnet 127.0.0.0/255.0.0.0\n[ProxyList]\nsocks5 127.0.0.1 1\n' >proxychains.conf
	check 'a proxychains4 that is started' prints waited "$greenload" proxychains4 -q -f proxychains.conf ./waits 1
	check 'started by proxychains4' prints waited proxychains4 -q -f proxychains.conf "$greenload" ./waits 1
else
	skip 'proxychains4' 'it is not installed'
fi
check 'a stdbuf that is started' prints waited "$greenload" stdbuf -oL ./waits 1
check 'started by stdbuf' prints waited stdbuf -oL "$greenload" ./waits 1
