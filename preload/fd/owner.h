/* The owner of a descriptor's signals, which fcntl(2) sets by F_SETOWN_EX and related commands. */
#ifndef PRELOAD_FD_OWNER_H
#define PRELOAD_FD_OWNER_H

#include <stdbool.h>

/* True for those commands of fcntl(). */
bool is_about_owner(int command);

/* Executes such a command, as fcntl() does. */
int set_or_get_owner(int fd, int command, long argument);

/* The new descriptor refers to the same file as the old one, and has the same owner. */
void share_owner(int fd, int twin);

#endif
