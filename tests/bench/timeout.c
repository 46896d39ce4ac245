/* timeout COUNT: timeouts that are begun and ended before they are over; the time of each. */
#include "bench.h"
#include <greenload.h>

int main(int argc, char **argv)
{
	size_t i, count = number_argument(argc, argv, 1, "count");
	struct green_timeout limit;
	uint64_t begun = now();

	for (i = 0; i < count; i++) {
		if (green_timeout_begin(&limit, 100) < 0 || green_timeout_end(&limit) < 0)
			err(1, "timeout");
	}
	print_figure("timeout", (double)(now() - begun) / (double)count, "ns");
	return 0;
}
