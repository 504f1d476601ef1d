// A preload library that slows or fails the system calls of a process as a test asks, and moves
// its clock. The test writes its wishes into a file that FIXBOOK_FAULTS names; it is mapped, so that
// they hold from the next call on. Only files whose name begins with FIXBOOK_FAULTS_PREFIX are meant.
//
//   cc -shared -fPIC -O2 -o faults.so faults.c -ldl -lpthread
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct wishes {
  int64_t sync_microseconds;   // how long a flush takes
  int64_t clock_seconds;       // added to CLOCK_REALTIME
  int64_t write_error;         // errno of writes, 0: none
  int64_t sync_error;          // errno of flushes, 0: none
  int64_t read_error;          // errno of reads, 0: none
  int64_t only;                // 1: writes of the -wal fail only; 2: of the database itself; 3: of the -shm
  int64_t kill_at;             // the change before which the process is killed, from 1; 0: none
  int64_t error_at;            // the change that fails with `change_error`, from 1; 0: none
  int64_t change_error;        // its errno
  int64_t error_lasts;         // 1: all later changes fail as well
  int64_t syncs;               // counted here
  int64_t write_failures;      // counted here
  int64_t changes;             // counted here: writes, flushes, cuts, new names of files that are meant
};

static struct wishes none, *wishes = &none;
static const char *prefix;
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_pread = dlsym(RTLD_NEXT, "pread64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_link = dlsym(RTLD_NEXT, "link");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  prefix = getenv("FIXBOOK_FAULTS_PREFIX");
  const char *path = getenv("FIXBOOK_FAULTS");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *map = mmap(NULL, sizeof *wishes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map != MAP_FAILED) wishes = map;
  close(file);
}

enum kind { DATABASE, WAL, INDEX };

static int ends(const char *name, const char *end) {
  size_t length = strlen(name), tail = strlen(end);
  return length > tail && strcmp(name + length - tail, end) == 0;
}

// Whether a descriptor is of a file that is meant; `kind` says what it is.
static int is_meant(int descriptor, enum kind *kind) {
  char link[64], name[PATH_MAX];
  if (!prefix) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, name, sizeof name - 1);
  if (length < 0) return 0;
  name[length] = 0;
  *kind = ends(name, "-wal") ? WAL : ends(name, "-shm") ? INDEX : DATABASE;
  return strncmp(name, prefix, strlen(prefix)) == 0;
}

// Counts a change that is about to be made. True, with errno, when it fails instead.
static int change_fails(void) {
  int64_t number = __atomic_add_fetch(&wishes->changes, 1, __ATOMIC_RELAXED);
  if (number == wishes->kill_at) kill(getpid(), SIGKILL);
  if (!wishes->error_at || number < wishes->error_at) return 0;
  if (number > wishes->error_at && !wishes->error_lasts) return 0;
  errno = (int)wishes->change_error;
  return 1;
}

static int change_of_descriptor_fails(int descriptor) {
  enum kind kind;
  return is_meant(descriptor, &kind) && change_fails();
}

static int change_of_name_fails(const char *name) {
  return prefix && strncmp(name, prefix, strlen(prefix)) == 0 && change_fails();
}

static int write_fails(int descriptor) {
  enum kind kind;
  if (change_of_descriptor_fails(descriptor)) return 1;
  if (!wishes->write_error || !is_meant(descriptor, &kind)) return 0;
  if (wishes->only == 1 && kind != WAL) return 0;
  if (wishes->only == 2 && kind != DATABASE) return 0;
  if (wishes->only == 3 && kind != INDEX) return 0;
  __atomic_add_fetch(&wishes->write_failures, 1, __ATOMIC_RELAXED);
  errno = (int)wishes->write_error;
  return 1;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
  return write_fails(descriptor) ? -1 : real_pwrite(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return pwrite64(descriptor, bytes, count, offset);
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off_t offset) {
  enum kind kind;
  if (wishes->read_error && is_meant(descriptor, &kind)) {
    errno = (int)wishes->read_error;
    return -1;
  }
  return real_pread(descriptor, bytes, count, offset);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  return pread64(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  return write_fails(descriptor) ? -1 : real_write(descriptor, bytes, count);
}

int ftruncate64(int descriptor, off_t length) {
  return change_of_descriptor_fails(descriptor) ? -1 : real_ftruncate(descriptor, length);
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

int rename(const char *from, const char *to) {
  return change_of_name_fails(to) ? -1 : real_rename(from, to);
}

int link(const char *from, const char *to) {
  return change_of_name_fails(to) ? -1 : real_link(from, to);
}

int unlink(const char *name) { return change_of_name_fails(name) ? -1 : real_unlink(name); }

static int flush(int (*real)(int), int descriptor) {
  enum kind kind;
  if (change_of_descriptor_fails(descriptor)) return -1;
  __atomic_add_fetch(&wishes->syncs, 1, __ATOMIC_RELAXED);
  if (wishes->sync_microseconds > 0) usleep((useconds_t)wishes->sync_microseconds);
  if (wishes->sync_error && is_meant(descriptor, &kind)) {
    errno = (int)wishes->sync_error;
    return -1;
  }
  return real(descriptor);
}

int fdatasync(int descriptor) { return flush(real_fdatasync, descriptor); }
int fsync(int descriptor) { return flush(real_fsync, descriptor); }

int clock_gettime(clockid_t clock, struct timespec *time) {
  int code = real_clock_gettime(clock, time);
  if (code == 0 && clock == CLOCK_REALTIME) time->tv_sec += wishes->clock_seconds;
  return code;
}
