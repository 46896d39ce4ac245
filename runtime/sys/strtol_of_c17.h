/*
 * Included before each file of the library and of the launcher (see the Makefile): strtol() and sscanf() are those of
 * C17. glibc's headers lead to those of C23, which came with 2.38, and an older libc refuses an object that refers to
 * these.
 */
#ifndef RUNTIME_SYS_STRTOL_OF_C17_H
#define RUNTIME_SYS_STRTOL_OF_C17_H

#include <features.h>

#undef __GLIBC_USE_C2X_STRTOL /* the name up to 2.39 */
#define __GLIBC_USE_C2X_STRTOL 0
#undef __GLIBC_USE_C23_STRTOL
#define __GLIBC_USE_C23_STRTOL 0

#endif
