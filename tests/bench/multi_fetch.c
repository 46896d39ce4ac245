/*
 * multi_fetch: what demos/fetch does, in the way that libcurl has for it, the multi interface: the yardstick for the
 * bench. It reuses handles and connections, shows nothing on the way, and ends with a line like fetch's.
 *
 *	multi_fetch [-e] [-n CONCURRENCY] URL... | -f FILE
 *
 * It is driven by curl_multi_poll, as libcurl's documentation has it; with -e by epoll, which needs three times the
 * code.
 */
#include <curl/curl.h>
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static char **urls;
static size_t count, started, ended, arrived, bytes;
static long concurrency = 200;
static int epoll_fd;         /* with -e */
static double deadline = -1; /* of libcurl's next timeout; negative: none */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t take_body(const char *data, size_t size, size_t n, void *arg)
{
	(void)data;
	(void)arg;
	bytes += size * n;
	return n;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct epoll_event event = {.data.fd = fd};

	(void)easy;
	if (what & CURL_POLL_IN)
		event.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		event.events |= EPOLLOUT;
	if (what == CURL_POLL_REMOVE)
		return epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL), 0;
	if (epoll_ctl(epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll_ctl");
	curl_multi_assign(arg, fd, &epoll_fd);
	return 0;
}

static int set_timer(CURLM *multi, long milliseconds, void *arg)
{
	(void)multi;
	(void)arg;
	deadline = milliseconds < 0 ? -1 : now() + (double)milliseconds / 1000;
	return 0;
}

static CURL *make_handle(void)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		errx(1, "no memory for libcurl");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	return easy;
}

static void start_next(CURLM *multi, CURL *easy)
{
	if (started == count) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_URL, urls[started++]);
	curl_multi_add_handle(multi, easy);
}

static void take_ended(CURLM *multi)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left))) {
		CURL *easy = message->easy_handle;

		if (message->data.result)
			fprintf(stderr, "multi_fetch: %s\n", curl_easy_strerror(message->data.result));
		else
			arrived++;
		ended++;
		curl_multi_remove_handle(multi, easy);
		start_next(multi, easy);
	}
}

static int milliseconds_left(void)
{
	double left = deadline - now();

	if (deadline < 0)
		return -1;
	return left <= 0 ? 0 : (int)(left * 1000) + 1;
}

static void wait_with_epoll(CURLM *multi)
{
	struct epoll_event events[256];
	int n = epoll_wait(epoll_fd, events, 256, milliseconds_left()), running;

	for (int i = 0; i < n; i++) {
		int what = (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
			   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);

		curl_multi_socket_action(multi, events[i].data.fd, what, &running);
	}
	if (deadline >= 0 && now() >= deadline) {
		deadline = -1;
		curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
}

static void wait_with_poll(CURLM *multi)
{
	int running;

	curl_multi_poll(multi, NULL, 0, 1000, NULL);
	curl_multi_perform(multi, &running);
}

static void drive_with_epoll(CURLM *multi)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		err(1, "epoll_create1");
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
}

static void add_url(char *url)
{
	urls = reallocarray(urls, count + 1, sizeof(*urls));
	if (!urls)
		err(1, "%s", url);
	urls[count++] = url;
}

static void read_list(const char *path)
{
	FILE *list = fopen(path, "r");

	for (char *url; list && fscanf(list, "%ms", &url) == 1;)
		add_url(url);
	if (!list || fclose(list))
		err(2, "%s", path);
}

int main(int argc, char **argv)
{
	void (*wait_for_some)(CURLM *) = wait_with_poll;
	double start = now();
	CURLM *multi;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	for (int option; (option = getopt(argc, argv, "ef:n:")) != -1;)
		if (option == 'e')
			wait_for_some = wait_with_epoll;
		else if (option == 'f')
			read_list(optarg);
		else if (option == 'n')
			concurrency = atol(optarg);
		else
			return 2;
	while (optind < argc)
		add_url(argv[optind++]);
	if (!multi || !count || concurrency < 1)
		errx(2, "nothing to do");
	if (wait_for_some == wait_with_epoll)
		drive_with_epoll(multi);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, concurrency);
	for (long i = 0; i < concurrency && started < count; i++)
		start_next(multi, make_handle());
	while (ended < count) {
		wait_for_some(multi);
		take_ended(multi);
	}
	printf("%zu of %zu URLs, %zu bytes in %.2f s\n", arrived, count, bytes, now() - start);
	return arrived == count ? 0 : 1;
}
