/* The owner of a descriptor's signals: what fcntl(2) sets by F_SETOWN_EX and its kin. */
#ifndef PRELOAD_FD_OWNER_H
#define PRELOAD_FD_OWNER_H

#include <stdbool.h>

/* True for those commands of fcntl. */
bool is_about_owner(int command);

/* Carries such a command out, as fcntl() does. */
int set_or_get_owner(int fd, int command, long argument);

/* The new descriptor is of the same file as the old one, and so is its owner. */
void share_owner(int fd, int twin);

#endif
