/* Finds out if memory is shared with other processes. */
#ifndef PRELOAD_SYNC_MAPPING_H
#define PRELOAD_SYNC_MAPPING_H

#include <stdbool.h>

/*
 * True for an address in a shared mapping, and also if this cannot be found out. Asks the kernel each time, as mappings
 * come and go. Allocates no heap memory and leaves errno alone.
 */
bool is_in_shared_mapping(const void *address);

#endif
