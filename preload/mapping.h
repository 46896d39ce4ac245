/* Whether other processes may see a piece of memory. */
#ifndef MAPPING_H
#define MAPPING_H

#include <stdbool.h>

/* True for an address in a shared mapping, and where that cannot be found out. Reads /proc/self/maps. */
bool is_in_shared_mapping(const void *address);

#endif
