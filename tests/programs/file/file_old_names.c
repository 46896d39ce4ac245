/* patch: all,file */
/* parks: stat lstat fstatat */
/* What stat and its kin were called in libc's headers before 2.33: programs built then still do. */
#include "tests/programs/say.h"
#include <sys/stat.h>

#ifdef __x86_64__
enum { VERSION = 1 };
#else
enum { VERSION = 0 };
#endif

int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int dir, const char *path, struct stat *status, int flags);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstatat64(int version, int dir, const char *path, struct stat64 *status, int flags);

static void say_status(const char *what, int result, mode_t mode, long long size)
{
	if (say(what, result) == 0)
		printf("mode %o, size %lld\n", mode, size);
}

static void ask(int version, const char *path)
{
	struct stat st = {0};
	struct stat64 st64 = {0};
	int result;

	result = __xstat(version, path, &st);
	say_status("__xstat", result, st.st_mode, st.st_size);
	result = __lxstat(version, path, &st);
	say_status("__lxstat", result, st.st_mode, st.st_size);
	result = __fxstatat(version, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
	say_status("__fxstatat", result, st.st_mode, st.st_size);
	result = __xstat64(version, path, &st64);
	say_status("__xstat64", result, st64.st_mode, st64.st_size);
	result = __lxstat64(version, path, &st64);
	say_status("__lxstat64", result, st64.st_mode, st64.st_size);
	result = __fxstatat64(version, AT_FDCWD, path, &st64, 0);
	say_status("__fxstatat64", result, st64.st_mode, st64.st_size);
}

int main(void)
{
	int fd = must("open", open("file", O_CREAT | O_WRONLY, 0640));

	must("write", write(fd, "hello", 5));
	must("symlink", symlink("file", "link"));
	ask(VERSION, "link");
	ask(VERSION, "missing");
	ask(VERSION, (const char *)16);
	ask(77, "file");
	return 0;
}
