/* patch: all,file */
/* parks: fallocate posix_fallocate ftruncate sendfile fsync */
/* A full disk: what still fits is written, and then there is no room, whichever call asks for it; and limits of size.
 */
#include "tests/programs/say.h"
#include <aio.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum { ROOM = 1 << 16, MUCH = 300000 };

static unsigned char much[MUCH];
static volatile sig_atomic_t too_large;

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool is_put = fd >= 0 && write(fd, text, strlen(text)) > 0;

	close(fd);
	return is_put;
}

/* Who is not the superuser is it in a user namespace of his own. */
static bool become_root_there(void)
{
	char user[32], group[32];

	snprintf(user, sizeof(user), "0 %d 1", (int)geteuid());
	snprintf(group, sizeof(group), "0 %d 1", (int)getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put("/proc/self/setgroups", "deny") &&
	       put("/proc/self/uid_map", user) && put("/proc/self/gid_map", group);
}

/* A small file system of our own, in namespaces of our own; false where that is not allowed. */
static bool mount_small(void)
{
	if (unshare(CLONE_NEWNS) < 0 && !become_root_there())
		return false;
	must("mkdir", mkdir("small", 0700));
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", "small", "tmpfs", 0, "size=65536,nr_inodes=3") == 0;
}

static int empty_file(void)
{
	return must("open", open("small/file", O_CREAT | O_TRUNC | O_RDWR, 0600));
}

static void say_size(int fd)
{
	struct stat st;

	must("fstat", fstat(fd, &st));
	say("size", (long)st.st_size);
}

static void write_too_much(void)
{
	struct iovec three[] = {{much, 30000}, {much + 30000, 30000}, {much + 60000, 30000}};
	int fd = empty_file();

	say("write", write(fd, much, MUCH));
	say("write to full", write(fd, much, 1));
	say("pwrite to full", pwrite(fd, much, 10, ROOM));
	say("pwrite to what is there", pwrite(fd, much, 10, 0));
	say("fsync", fsync(fd));
	say("fdatasync", fdatasync(fd));
	close(fd);
	fd = empty_file();
	say("writev", writev(fd, three, 3));
	say("writev to full", writev(fd, three, 3));
	say_size(fd);
	close(fd);
	fd = empty_file();
	say("pwritev2", pwritev2(fd, three, 3, -1, 0));
	say("pwritev2 to full", pwritev2(fd, three, 3, ROOM, 0));
	close(fd);
	fd = empty_file();
	say("pwrite", pwrite(fd, much, MUCH, 0));
	say_size(fd);
	close(fd);
}

static void ask_for_room(void)
{
	int fd = empty_file();

	say("fallocate", fallocate(fd, 0, 0, ROOM));
	say("fallocate more", fallocate(fd, 0, 0, MUCH));
	say_error("posix_fallocate", posix_fallocate(fd, 0, MUCH));
	say("ftruncate", ftruncate(fd, MUCH));
	say("write where nothing is", pwrite(fd, much, 1, MUCH - 1));
	say_size(fd);
	close(fd);
}

static void copy_too_much(void)
{
	int from = must("open", open("source", O_CREAT | O_RDWR, 0600)), fd = empty_file(), other;

	must("write", write(from, much, MUCH));
	must("lseek", lseek(from, 0, SEEK_SET));
	say("sendfile", sendfile(fd, from, NULL, MUCH));
	say("sendfile to full", sendfile(fd, from, NULL, 1000));
	say("position", lseek(from, 0, SEEK_CUR));
	must("ftruncate", ftruncate(fd, 40000));
	other = must("open", open("small/other", O_CREAT | O_RDWR, 0600));
	must("lseek", lseek(fd, 0, SEEK_SET));
	say("copy_file_range", copy_file_range(fd, NULL, other, NULL, MUCH, 0));
	say("copy_file_range to full", copy_file_range(fd, NULL, other, NULL, MUCH, 0));
	say("no names left", open("small/third", O_CREAT | O_RDWR, 0600));
	say("mkdir", mkdir("small/dir", 0700));
	say("symlink", symlink("file", "small/link"));
	close(other);
	must("unlink", unlink("small/other"));
	close(fd);
	close(from);
}

static void splice_too_much(void)
{
	int ends[2], fd = empty_file();

	must("pipe", pipe(ends));
	must("write", write(fd, much, ROOM));
	must("write", write(ends[1], much, 100));
	say("splice to full", splice(ends[0], NULL, fd, NULL, 100, 0));
	say("still in the pipe", read_enough(ends[0], much, 100));
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

static void print_too_much(const char *path)
{
	FILE *file = fopen(path, "w");

	say_whether("fopen", file);
	say_whether("fwrite", fwrite(much, 1, MUCH, file) == MUCH);
	say("fflush", fflush(file));
	say_whether("ferror", ferror(file));
	say("fclose", fclose(file) != 0);
	file = fopen(path, "a");
	say("fprintf", fprintf(file, "a line\n"));
	errno = 0;
	say("fclose", fclose(file));
}

static void write_aside(void)
{
	struct aiocb request = {.aio_buf = much, .aio_nbytes = MUCH, .aio_fildes = empty_file()};
	const struct aiocb *list[] = {&request};

	request.aio_sigevent.sigev_notify = SIGEV_NONE;
	for (int i = 0; i < 2; i++) {
		say("aio_write", aio_write(&request));
		say("aio_suspend", aio_suspend(list, 1, NULL));
		say_error("aio_error", aio_error(&request));
		say("aio_return", aio_return(&request) > 0);
		request.aio_offset = ROOM;
	}
	close(request.aio_fildes);
}

static void fill_device(void)
{
	struct iovec iov = {much, 100};
	int fd = open("/dev/full", O_RDWR);

	if (fd < 0)
		return;
	say("write", write(fd, much, 100));
	say("writev", writev(fd, &iov, 1));
	say("pwrite", pwrite(fd, much, 100, 0));
	say("read", read(fd, much, 100));
	close(fd);
	print_too_much("/dev/full");
}

static void take_note(int signo)
{
	(void)signo;
	too_large++;
}

/* In yet another namespace, a file system that only those see who came along. */
static void move_on(void)
{
	struct stat st;

	close(empty_file());
	say("there", stat("small/file", &st));
	say("unshare", unshare(CLONE_NEWNS));
	say("mount", mount("none", "small", "tmpfs", 0, "size=4096"));
	say("elsewhere", stat("small/file", &st));
	say("umount", umount("small"));
	say("there again", stat("small/file", &st));
	say("setns to nothing", setns(-1, CLONE_NEWNS));
	say("unshare what", unshare(1));
}

static void reach_limit(void)
{
	struct rlimit before, limit;
	struct iovec three[] = {{much, 600}, {much, 600}, {much, 600}};
	int fd = must("open", open("limited", O_CREAT | O_RDWR, 0600));

	must("getrlimit", getrlimit(RLIMIT_FSIZE, &before));
	limit = (struct rlimit){1000, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	fflush(stdout);
	must("setrlimit", setrlimit(RLIMIT_FSIZE, &limit));
	ssize_t written = writev(fd, three, 3), more = write(fd, much, 1);
	int error = errno, at = (int)pwrite(fd, much, 100, 950), allocated = posix_fallocate(fd, 0, 2000);

	signal(SIGXFSZ, take_note);
	more += write(fd, much, 1);
	int result = ftruncate(fd, 2000), why = errno;

	must("setrlimit", setrlimit(RLIMIT_FSIZE, &before));
	say("writev", written);
	say("two writes", more);
	say_error("write", error);
	say("pwrite", at);
	say_error("posix_fallocate", allocated);
	say("ftruncate", result);
	say_error("ftruncate", why);
	say("signals", too_large);
	close(fd);
}

/* The calls that park, and are else made nowhere, where no file system of our own is to be had. */
static void ask_an_ordinary_one(void)
{
	int from = must("open", open("source", O_CREAT | O_RDWR, 0600));
	int fd = must("open", open("ordinary", O_CREAT | O_RDWR, 0600));

	must("write", write(from, much, MUCH));
	must("lseek", lseek(from, 0, SEEK_SET));
	fallocate(fd, 0, 0, ROOM);
	must("sendfile", sendfile(fd, from, NULL, MUCH));
	fsync(fd);
	close(fd);
	close(from);
}

int main(void)
{
	fill(much, 0, MUCH);
	if (mount_small()) {
		write_too_much();
		ask_for_room();
		copy_too_much();
		splice_too_much();
		print_too_much("small/file");
		write_aside();
		move_on();
	} else {
		printf("no file system of our own is to be had\n");
		ask_an_ordinary_one();
	}
	fill_device();
	reach_limit();
	return 0;
}
