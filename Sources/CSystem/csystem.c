#define _GNU_SOURCE
#include "csystem.h"

#include <stdatomic.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int fixbook_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return epoll_ctl(epoll, operation, descriptor, &event) == 0 ? 0 : -errno;
}

int fixbook_epoll_wait(int epoll, struct fixbook_event *events, int capacity, int timeout_ms) {
  struct epoll_event raw[512];
  if (capacity > 512) capacity = 512;
  int count = epoll_wait(epoll, raw, capacity, timeout_ms);
  if (count < 0) return -errno;
  for (int i = 0; i < count; i++) {
    events[i].events = raw[i].events;
    events[i].data = raw[i].data.u64;
  }
  return count;
}

int fixbook_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
  int descriptor =
      accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return descriptor >= 0 ? descriptor : -errno;
}

int fixbook_open(const char *path, int flags, unsigned int mode) {
  int descriptor = open(path, flags | O_CLOEXEC, mode);
  return descriptor >= 0 ? descriptor : -errno;
}

int fixbook_lock(int descriptor, int64_t start, int64_t length) {
  struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(descriptor, F_SETLK, &lock) == 0 ? 0 : -errno;
}

int fixbook_is_locked(int descriptor, int64_t start, int64_t length) {
  struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int fixbook_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}

void fixbook_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void fixbook_lower_priority(int by) {
  pid_t thread = gettid();
  errno = 0;
  int now = getpriority(PRIO_PROCESS, thread);
  if (errno == 0) setpriority(PRIO_PROCESS, thread, now + by);
}

void fixbook_shorten_slice(uint64_t nanoseconds) {
  // sched_setattr(2), which has no wrapper in glibc 2.36. Its fields in the order of <linux/sched/types.h>,
  // which clashes with <sched.h>.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {0};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != SCHED_OTHER) return;
  attributes.size = sizeof attributes;
  attributes.flags = 1;  // SCHED_FLAG_RESET_ON_FORK: threads that this one starts have turns as usual.
  attributes.runtime = nanoseconds;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int fixbook_bind_text(sqlite3_stmt *statement, int index, const char *bytes, int64_t length) {
  return sqlite3_bind_text64(statement, index, bytes, (sqlite3_uint64)length, SQLITE_TRANSIENT,
                             SQLITE_UTF8);
}

int fixbook_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int64_t length) {
  if (length == 0) return sqlite3_bind_zeroblob(statement, index, 0);
  return sqlite3_bind_blob64(statement, index, bytes, (sqlite3_uint64)length, SQLITE_TRANSIENT);
}

void fixbook_forgo_memory_statistics(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int fixbook_harden(sqlite3 *connection) {
  int code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  if (code != SQLITE_OK) return code;
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

int fixbook_let_schema_change(sqlite3 *connection, int allowed) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, !allowed, (int *)0);
}

const volatile uint64_t *fixbook_wal_header(sqlite3 *connection) {
  sqlite3_file *file = NULL;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
    return NULL;
  if (file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 2) return NULL;
  // The page size is the VFS's contract with wal.c: WALINDEX_PGSZ. Nothing is made larger (0).
  volatile void *page = NULL;
  if (file->pMethods->xShmMap(file, 0, 32768, 0, &page) != SQLITE_OK) return NULL;
  return page;
}

int fixbook_wal_read(const volatile uint64_t *header, struct fixbook_wal_stamp *stamp) {
  // The order of wal.c: it writes the second copy, then the first, and reads them the other way.
  uint64_t first[6], second[6];
  atomic_thread_fence(memory_order_seq_cst);
  for (int i = 0; i < 6; i++) first[i] = header[i];
  atomic_thread_fence(memory_order_seq_cst);
  for (int i = 0; i < 6; i++) second[i] = header[6 + i];
  if (memcmp(first, second, sizeof first) != 0) return 0;
  memcpy(stamp, first, sizeof first);
  return 1;
}
