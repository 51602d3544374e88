/* Lets the N-th write of this process below a folder fail, as a full or broken disk does.

   Preloaded (LD_PRELOAD); `disk_fail(folder, at, error, always)` arms it, `disk_calls()` counts.
   Counted are what changes the disk: write, pwrite, fsync, fdatasync, rename, ftruncate, fallocate,
   sendfile, copy_file_range and mkdir. A read, an unlink and a close never fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static size_t length;
static long at, calls;
static int failure, goes_on;

void disk_fail(const char *below, long when, int error, int always) {
    calls = 0;
    at = when;
    failure = error;
    goes_on = always;
    length = below ? strlen(below) : 0;
    if (length) memcpy(folder, below, length + 1);
}

long disk_calls(void) { return calls; }

static int ours(const char *path) { return length && path && !strncmp(path, folder, length); }

static int ours_open(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return ours(path);
}

static int fails(int counts) {
    if (!counts) return 0;
    long now = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (!at || (goes_on ? now < at : now != at)) return 0;
    errno = failure;
    return 1;
}

#define ON_OPEN(type, name, parameters, types, arguments)              \
    type name parameters {                                             \
        static type(*real) types;                                      \
        if (!real) real = (type(*) types)dlsym(RTLD_NEXT, #name);      \
        return fails(ours_open(fd)) ? (type)-1 : real arguments;       \
    }

ON_OPEN(ssize_t, write, (int fd, const void *data, size_t size), (int, const void *, size_t),
        (fd, data, size))
ON_OPEN(ssize_t, writev, (int fd, const struct iovec *data, int count),
        (int, const struct iovec *, int), (fd, data, count))
ON_OPEN(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t place),
        (int, const void *, size_t, off_t), (fd, data, size, place))
ON_OPEN(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t place),
        (int, const void *, size_t, off64_t), (fd, data, size, place))
ON_OPEN(int, fsync, (int fd), (int), (fd))
ON_OPEN(int, fdatasync, (int fd), (int), (fd))
ON_OPEN(int, ftruncate, (int fd, off_t size), (int, off_t), (fd, size))
ON_OPEN(int, ftruncate64, (int fd, off64_t size), (int, off64_t), (fd, size))
ON_OPEN(ssize_t, sendfile, (int fd, int from, off_t *place, size_t size),
        (int, int, off_t *, size_t), (fd, from, place, size))
ON_OPEN(ssize_t, sendfile64, (int fd, int from, off64_t *place, size_t size),
        (int, int, off64_t *, size_t), (fd, from, place, size))
ON_OPEN(ssize_t, copy_file_range,
        (int from, off64_t *start, int fd, off64_t *place, size_t size, unsigned flags),
        (int, off64_t *, int, off64_t *, size_t, unsigned), (from, start, fd, place, size, flags))

#define ON_PATH(name, parameters, types, arguments)                    \
    int name parameters {                                              \
        static int(*real) types;                                       \
        if (!real) real = (int(*) types)dlsym(RTLD_NEXT, #name);       \
        return fails(ours(path)) ? -1 : real arguments;                \
    }

ON_PATH(rename, (const char *from, const char *path), (const char *, const char *), (from, path))
ON_PATH(mkdir, (const char *path, mode_t mode), (const char *, mode_t), (path, mode))
