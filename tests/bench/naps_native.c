/* naps_native MICROSECONDS COUNT: how long usleep takes in a process without greenlets. */
#include "naps.h"

int main(int argc, char **argv)
{
	size_t usec = number_argument(argc, argv, 1, "microseconds");

	print_figure("usleep", median_nap((useconds_t)usec, number_argument(argc, argv, 2, "count")), "us");
	return 0;
}
