/* threads */
/* Look-ups by the hundred, each in a thread: together they take as long as one. One that is never answered holds up no
 * other. */
#include "names.h"
#include <pthread.h>

enum { THREADS = 200, DELAY = 200 };

static int right;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_host(const struct in_addr *address, unsigned number)
{
	return ntohl(address->s_addr) == 0x7f010000 + number;
}

static bool finds_address(unsigned number, const char *name)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	bool is_found;

	if (getaddrinfo(name, "80", &hints, &found) != 0)
		return false;
	is_found = is_host(&((struct sockaddr_in *)found->ai_addr)->sin_addr, number);
	freeaddrinfo(found);
	return is_found;
}

static bool finds_host(unsigned number, const char *name)
{
	struct hostent host, *found;
	char bytes[2048];
	int error;

	return gethostbyname_r(name, &host, bytes, sizeof(bytes), &found, &error) == 0 && found &&
	       is_host((struct in_addr *)found->h_addr_list[0], number);
}

static bool finds_name(unsigned number, const char *name)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f010000 + number)}};
	char found[64];

	return getnameinfo((struct sockaddr *)&address, sizeof(address), found, sizeof(found), NULL, 0, NI_NAMEREQD) ==
		   0 &&
	       strcmp(found, name) == 0;
}

static bool finds_back(unsigned number, const char *name)
{
	struct in_addr address = {htonl(0x7f010000 + number)};
	struct hostent host, *found;
	char bytes[2048];
	int error;

	return gethostbyaddr_r(&address, sizeof(address), AF_INET, &host, bytes, sizeof(bytes), &found, &error) == 0 &&
	       found && strcmp(found->h_name, name) == 0;
}

static bool finds_record(unsigned number, const char *name)
{
	unsigned char answer[512];
	struct in_addr address;
	int length = res_query(name, ns_c_in, ns_t_a, answer, sizeof(answer));

	if (length < (int)sizeof(address))
		return false;
	memcpy(&address, answer + length - sizeof(address), sizeof(address));
	return is_host(&address, number);
}

static void *look_up(void *arg)
{
	static bool (*const ways[])(unsigned, const char *) = {
	    finds_address, finds_host, finds_name, finds_back, finds_record};
	unsigned number = (unsigned)(uintptr_t)arg;
	bool is_right;
	char name[64];

	ask_name_server(5, 2);
	snprintf(name, sizeof(name), "host-%u.test", number);
	is_right = ways[number % 5](number, name);
	pthread_mutex_lock(&mutex);
	right += is_right;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

/* What came of it, to be told when all else has been. */
struct vain {
	int error;
	double seconds;
};

static void *ask_in_vain(void *arg)
{
	struct vain *vain = arg;
	struct addrinfo *found;
	double start = now();

	ask_name_server(1, 1);
	vain->error = getaddrinfo("silent.test", NULL, &(struct addrinfo){.ai_family = AF_INET}, &found);
	vain->seconds = now() - start;
	return NULL;
}

int main(void)
{
	pid_t server = start_name_server(DELAY);
	pthread_t threads[THREADS], silent;
	struct vain vain = {0};
	double start, seconds;
	long i;

	must("create", -pthread_create(&silent, NULL, ask_in_vain, &vain));
	start = now();
	for (i = 0; i < THREADS; i++)
		must("create", -pthread_create(&threads[i], NULL, look_up, (void *)i));
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	seconds = now() - start;
	say_whether("waited", seconds >= (DELAY - 20) / 1000.0);
	say_whether("together", seconds < THREADS * DELAY / 1000.0 / 4);
	say("right", right);
	pthread_join(silent, NULL);
	say_whether("no answer", vain.error == EAI_AGAIN);
	say_whether("waited for it", vain.seconds >= 0.9);
	end_name_server(server);
	return right != THREADS;
}
