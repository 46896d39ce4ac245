/* The same once more, for calls that are bound when they are made first. */
#include "deep.c"
