/* pool_jobs JOBS: empty jobs run by a pool of 100 greenlets; the time of each. The reference is pool_jobs_threads.c. */
#include "bench.h"
#include <greenload.h>

static size_t done;

static void *count_job(void *unused)
{
	done++;
	return unused;
}

int main(int argc, char **argv)
{
	size_t i, jobs = number_argument(argc, argv, 1, "jobs");
	green_group_t *pool = green_pool_new(100);
	uint64_t begun = now();

	for (i = 0; i < jobs; i++) {
		if (!green_group_spawn(pool, count_job, NULL, -1))
			err(1, "green_group_spawn");
	}
	if (green_group_join(pool, -1) < 0 || done != jobs)
		err(1, "green_group_join");
	print_figure("job", (double)(now() - begun) / (double)jobs, "ns");
	return 0;
}
