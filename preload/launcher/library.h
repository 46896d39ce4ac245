/* The library that belongs to this launcher, and the LD_PRELOAD that loads it. */
#ifndef PRELOAD_LAUNCHER_LIBRARY_H
#define PRELOAD_LAUNCHER_LIBRARY_H

/*
 * The absolute path of the library: beside the launcher as in the build tree, or where it is installed relative to the
 * launcher. Links to the launcher are followed first. Refuses if there is no readable library.
 */
char *find_library(void);

/*
 * The value of LD_PRELOAD that loads the library, once, before what was preloaded so far (NULL: nothing). As ld.so(8)
 * splits and expands the value and has no quoting, a path with a space, a colon or a dollar sign is opened, left open
 * for the command and its children, and named by its descriptor. If a library of the same name is also installed for
 * 32-bit programs, ld.so chooses between the two by $LIB.
 */
char *preload_list(const char *library, const char *before);

#endif
