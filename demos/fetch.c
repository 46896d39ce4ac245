/*
 * fetch: many URLs at once, a greenlet for each, all in one OS thread. What runs in a greenlet is libcurl's easy
 * interface, which blocks, and libcurl is the one that the system has. It becomes concurrent because this program is
 * linked with libgreenload: where libcurl waits, another greenlet runs.
 */
#include <curl/curl.h>
#include <err.h>
#include <errno.h>
#include <greenload.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST 10000 /* URLs under way at once */
#define BAR  "########################################"
#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

struct fetch {
	char **url; /* its place among the urls */
	FILE *file;
	curl_off_t bytes;
	char reason[CURL_ERROR_SIZE]; /* "" unless it failed */
};

static char **urls, *directory;
static size_t count, ended, arrived, bytes, threads, idle_count;
static double seconds, time_limit;
static CURL *idle[MOST]; /* a handle keeps its connections open for the next URL */
static unsigned concurrency = 200;
static FILE *nowhere;
static bool has_bar;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static CURL *make_handle(void)
{
	const char *authorities = getenv("CURL_CA_BUNDLE") ?: getenv("SSL_CERT_FILE");
	CURL *curl = curl_easy_init();

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(time_limit * 1000));
	if (authorities)
		curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
	return curl;
}

/* The blocking code. */
static void transfer(struct fetch *f)
{
	CURL *curl = idle_count ? idle[--idle_count] : make_handle();
	double start = now();
	CURLcode result;

	curl_easy_setopt(curl, CURLOPT_URL, *f->url);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, f->file);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, f->reason);
	result = curl_easy_perform(curl);
	if (result && !*f->reason)
		snprintf(f->reason, sizeof(f->reason), "%s", curl_easy_strerror(result));
	curl_easy_getinfo(curl, CURLINFO_SIZE_DOWNLOAD_T, &f->bytes);
	idle[idle_count++] = curl;
	seconds += now() - start;
}

/* The same into a file, DIR/NUMBER-NAME: NAME is the last part of the URL, as far as it is safe. */
static void transfer_to_file(struct fetch *f)
{
	const char *slash = strrchr(*f->url, '/'), *name = slash ? slash + 1 : *f->url;
	size_t safe = strspn(name, SAFE);
	char path[4096];

	snprintf(path, sizeof(path), "%s/%04td-%.*s", directory, f->url - urls + 1, safe < 200 ? (int)safe : 200, name);
	f->file = fopen(path, "w");
	if (f->file)
		transfer(f);
	if ((!f->file || fclose(f->file)) && !*f->reason)
		snprintf(f->reason, sizeof(f->reason), "cannot write in %.99s: %s", directory, strerror(errno));
	if (f->file && *f->reason)
		unlink(path);
}

static void show_end(const struct fetch *f)
{
	if (*f->reason)
		fprintf(stderr, "%sfetch: %s: %s\n", has_bar ? "\r\033[K" : "", *f->url, f->reason);
	else if (!has_bar)
		printf("%jd bytes received from %s\n", (intmax_t)f->bytes, *f->url);
	if (has_bar && printf("\r[%-40.*s] %zu of %zu", (int)(40 * ended / count), BAR, ended, count) > 0)
		fflush(stdout);
}

/* As the kernel counts them. */
static void count_threads(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	size_t now;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "Threads: %zu", &now) == 1 && now > threads)
			threads = now;
	if (status)
		fclose(status);
}

static void *fetch_url(void *arg)
{
	struct fetch f = {.url = arg, .file = nowhere};

	if (!has_bar)
		printf("GET: %s\n", *f.url);
	(directory ? transfer_to_file : transfer)(&f);
	if (ended++ % 64 == 0)
		count_threads();
	arrived += !*f.reason;
	bytes += (size_t)f.bytes;
	show_end(&f);
	return NULL;
}

static void add_url(char *url)
{
	urls = reallocarray(urls, count + 1, sizeof(*urls));
	if (!urls)
		err(2, "%s", url);
	urls[count++] = url;
}

static void take_options(int argc, char **argv)
{
	char rest, *url, *list = NULL;
	bool wrong = false;

	for (int option; (option = getopt(argc, argv, "f:n:o:t:")) != -1;)
		if (option == 'f')
			list = optarg;
		else if (option == 'o')
			directory = optarg;
		else if (option == 'n')
			wrong |= sscanf(optarg, "%u%c", &concurrency, &rest) != 1;
		else
			wrong |= option != 't' || sscanf(optarg, "%lf%c", &time_limit, &rest) != 1;
	if (list && strcmp(list, "-") != 0 && !freopen(list, "r", stdin))
		err(2, "%s", list);
	while (list && scanf("%ms", &url) == 1)
		add_url(url);
	while (optind < argc)
		add_url(argv[optind++]);
	if (wrong || !count || concurrency < 1 || concurrency > MOST || !(time_limit >= 0 && time_limit < 1e6))
		errx(2, "usage: fetch [-n CONCURRENCY] [-o DIR] [-t SECONDS] URL... | -f FILE");
	if (directory && mkdir(directory, 0777) && errno != EEXIST)
		err(2, "%s", directory);
	has_bar = count >= 20 && isatty(STDOUT_FILENO);
}

int main(int argc, char **argv)
{
	static const struct green_options options = {.name = "fetch", .stack_size = 512 << 10};
	static char unseen[1 << 16];
	green_group_t *pool;
	struct rlimit files;
	double start = now();

	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	take_options(argc, argv);
	nowhere = fopen("/dev/null", "w");
	pool = green_pool_new(concurrency);
	if (!nowhere || setvbuf(nowhere, unseen, _IOFBF, sizeof(unseen)) || !pool ||
	    curl_global_init(CURL_GLOBAL_DEFAULT))
		err(2, "cannot start");
	for (size_t i = 0; i < count; i++)
		if (!green_group_spawn_with(pool, &options, fetch_url, &urls[i], -1))
			err(1, "green_group_spawn_with");
	green_group_join(pool, -1);
	printf("%s%zu of %zu URLs, %zu bytes in %.2f s; the single times add up to %.2f s; OS threads: %zu\n",
	    has_bar ? "\n" : "", arrived, count, bytes, now() - start, seconds, threads);
	return arrived == count && fflush(stdout) == 0 ? 0 : 1;
}
