/* The library that belongs to this launcher, and the LD_PRELOAD that loads it. */
#ifndef PRELOAD_LAUNCHER_LIBRARY_H
#define PRELOAD_LAUNCHER_LIBRARY_H

/*
 * The absolute path of the library: beside the launcher as in the build tree, or where it is installed relative to
 * it. Links to the launcher are followed first. Refuses where there is none that can be read.
 */
char *find_library(void);

/*
 * The value of LD_PRELOAD that loads the library before what was preloaded so far (NULL: nothing), once. As ld.so(8)
 * splits and expands the value and knows no quoting, a path with a space, a colon or a dollar sign is opened, left
 * open for the command and its children, and named by its descriptor. Where a library of its name is installed for
 * 32-bit programs, too, ld.so chooses between the two by $LIB.
 */
char *preload_list(const char *library, const char *before);

#endif
