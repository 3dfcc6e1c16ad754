/*
 * full_disk.c
 *	  A disk that is full when the test says so, for LD_PRELOAD into a server.
 *
 * While the file named by DCM_FULL_DATA exists, no file under base/ grows; while
 * that of DCM_FULL_WAL does, none under pg_wal/ does.  As on a disk that is full,
 * what is there can be read and written over, and empty files can be made.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int
is_there(const char *variable)
{
	const char *name = getenv(variable);

	return name != NULL && access(name, F_OK) == 0;
}

/* Whether the file would have to grow to that size and cannot. */
static int
is_full(int fd, off_t size)
{
	int			data = is_there("DCM_FULL_DATA");
	int			wal = is_there("DCM_FULL_WAL");
	int			before = errno;
	int			full = 0;
	char		link[64];
	char		path[PATH_MAX];
	ssize_t		n;
	struct stat st;

	if (!data && !wal)
	{
		errno = before;
		return 0;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n > 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && size > st.st_size)
	{
		path[n] = '\0';
		full = (data && strstr(path, "/base/")) || (wal && strstr(path, "/pg_wal/"));
	}
	errno = full ? ENOSPC : before;
	return full;
}

static off_t
length_of(const struct iovec *iov, int n)
{
	off_t		length = 0;

	for (int i = 0; i < n; i++)
		length += iov[i].iov_len;
	return length;
}

/* Both names, since which one a server calls depends on how it was built. */
#define PWRITE(name, off) \
ssize_t name(int fd, const void *buf, size_t n, off at) \
{ \
	static ssize_t (*next) (int, const void *, size_t, off); \
	if (next == NULL) \
		next = (ssize_t (*) (int, const void *, size_t, off)) dlsym(RTLD_NEXT, #name); \
	return is_full(fd, at + n) ? -1 : next(fd, buf, n, at); \
}
#define PWRITEV(name, off) \
ssize_t name(int fd, const struct iovec *iov, int n, off at) \
{ \
	static ssize_t (*next) (int, const struct iovec *, int, off); \
	if (next == NULL) \
		next = (ssize_t (*) (int, const struct iovec *, int, off)) dlsym(RTLD_NEXT, #name); \
	return is_full(fd, at + length_of(iov, n)) ? -1 : next(fd, iov, n, at); \
}
#define FALLOCATE(name, off) \
int name(int fd, off at, off n) \
{ \
	static int (*next) (int, off, off); \
	if (next == NULL) \
		next = (int (*) (int, off, off)) dlsym(RTLD_NEXT, #name); \
	return is_full(fd, at + n) ? ENOSPC : next(fd, at, n); \
}

PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)
FALLOCATE(posix_fallocate, off_t)
FALLOCATE(posix_fallocate64, off64_t)
