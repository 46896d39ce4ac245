#include "mapping.h"
#include "libc.h"
#include <stdint.h>

bool is_in_shared_mapping(const void *address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t low, high, at = (uintptr_t)address;
	char flags[5];
	bool is_shared = true;

	while (maps && fscanf(maps, "%lx-%lx %4s%*[^\n]", &low, &high, flags) == 3) {
		if (at < low || at >= high)
			continue;
		is_shared = flags[3] == 's';
		break;
	}
	if (maps)
		libc.fclose(maps);
	return is_shared;
}
