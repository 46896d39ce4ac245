/* A chat server on a unix socket, where what one says goes to all others; and two who chat. */
#include <greenload.h>
#include <stdio.h>
#include <unistd.h>

static char address[40];
static int members[10], count;

static void chat(int fd, void *unused)
{
	char text[100];

	members[count++] = fd;
	for (ssize_t n; (n = read(fd, text, sizeof(text))) > 0;)
		for (int i = 0; i < count && !unused; i++)
			if (members[i] != fd)
				send(members[i], text, (size_t)n, 0);
}

static void *talk(void *name)
{
	int i, fd = green_connect(address), speaks = *(char *)name == 'A';
	char text[100] = "";

	while (count < 2)
		green_yield();
	for (i = 0; i < 4; i++, speaks = !speaks)
		if (speaks)
			dprintf(fd, "%s says %d", (char *)name, i);
		else if (read(fd, text, sizeof(text) - 1) > 0)
			printf("%s hears: %s\n", (char *)name, text);
	return NULL;
}

int main(void)
{
	snprintf(address, sizeof(address), "unix:@greenload-chat-%d", (int)getpid());
	green_stream_server(address, NULL, chat, NULL);
	green_t *two[] = {green_spawn(talk, "Anna"), green_spawn(talk, "Bert")};

	return green_gather(two, 2, -1, NULL) < 0;
}
