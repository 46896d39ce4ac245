/* Whether other processes may see a piece of memory. */
#ifndef PRELOAD_SYNC_MAPPING_H
#define PRELOAD_SYNC_MAPPING_H

#include <stdbool.h>

/*
 * True for an address in a shared mapping, and where that cannot be found out. Asks the kernel each
 * time, as mappings come and go; without memory of its own, and leaves errno alone.
 */
bool is_in_shared_mapping(const void *address);

#endif
