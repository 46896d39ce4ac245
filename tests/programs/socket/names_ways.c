/* parks: poll connect read */
/* All ways to look up: what is found, what is not, by TCP, from the file of hosts, and without an answer. */
#include "names.h"

static void say_found(const char *what, int error, struct addrinfo *found)
{
	char text[INET6_ADDRSTRLEN];
	struct addrinfo *each;

	printf("%s: %s\n", what, error ? gai_strerror(error) : "found");
	for (each = error ? NULL : found; each; each = each->ai_next) {
		getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
		printf("  %s\n", text);
	}
	if (!error)
		freeaddrinfo(found);
}

static void look_up(const char *name, int family, int flags)
{
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags}, *found = NULL;
	int error = getaddrinfo(name, NULL, &hints, &found);

	say_found(name, error, found);
}

static void say_host(const char *what, const struct hostent *host)
{
	if (host)
		printf("%s: %s %s\n", what, host->h_name, inet_ntoa(*(struct in_addr *)host->h_addr_list[0]));
	else
		printf("%s: %s\n", what, hstrerror(h_errno));
}

static void old_ways(void)
{
	struct in_addr address = {htonl(0x7f010007)}, nobodys = {htonl(0x7f020007)};

	say_host("gethostbyname", gethostbyname("host-7.test"));
	say_host("gethostbyname2", gethostbyname2("host-8.test", AF_INET));
	say_host("gethostbyname of nobody", gethostbyname("nobody.test"));
	say_host("gethostbyaddr", gethostbyaddr(&address, sizeof(address), AF_INET));
	say_host("gethostbyaddr of nobody", gethostbyaddr(&nobodys, sizeof(nobodys), AF_INET));
}

static void raw_ways(void)
{
	struct __res_state state = {0};
	unsigned char answer[512], question[512];
	int length;

	say("res_query", res_query("host-9.test", ns_c_in, ns_t_a, answer, sizeof(answer)));
	say_whether("res_search", res_search("nobody.test", ns_c_in, ns_t_a, answer, sizeof(answer)) > 0);
	length = res_mkquery(ns_o_query, "host-10.test", ns_c_in, ns_t_a, NULL, 0, NULL, question, sizeof(question));
	say("res_send", res_send(question, length, answer, sizeof(answer)));
	must("res_ninit", res_ninit(&state));
	state.nscount = 1;
	state.nsaddr_list[0] = _res.nsaddr_list[0];
	say("res_nquery", res_nquery(&state, "host-11.test", ns_c_in, ns_t_a, answer, sizeof(answer)));
	res_nclose(&state);
}

static void say_name(unsigned host)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f010000 + host)}};
	char name[64];
	int error = getnameinfo((struct sockaddr *)&address, sizeof(address), name, sizeof(name), NULL, 0, NI_NAMEREQD);

	printf("getnameinfo: %s\n", error ? gai_strerror(error) : name);
}

static void in_vain(void)
{
	double start = now();

	ask_name_server(1, 1);
	look_up("silent.test", AF_INET, 0);
	say_waited("for it", start, 900);
}

int main(void)
{
	pid_t server = start_name_server(20);

	ask_name_server(5, 2);
	look_up("host-1.test", AF_INET, 0);
	look_up("host-2.test", AF_UNSPEC, 0);
	look_up("host-3.test", AF_INET6, 0);
	look_up("long.test", AF_INET, 0);
	look_up("nobody.test", AF_UNSPEC, 0);
	look_up("127.9.9.9", AF_INET, AI_NUMERICHOST);
	look_up("localhost", AF_INET, 0);
	old_ways();
	say_name(12);
	say_name(0x10000);
	raw_ways();
	in_vain();
	end_name_server(server);
	return 0;
}
