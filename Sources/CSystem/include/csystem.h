// What Swift cannot reach through Glibc or the SQLite headers: epoll's packed
// struct and constants, accept4, variadic and macro-defined SQLite calls.
#ifndef FIXBOOK_CSYSTEM_H
#define FIXBOOK_CSYSTEM_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sqlite3.h>

#include "cmemory.h"

// epoll_ctl(2) with the event spelled as two scalars; returns 0 or -errno.
int fixbook_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t data);

// One readiness event without epoll_event's packing.
struct fixbook_event {
  uint32_t events;
  uint64_t data;
};

// epoll_wait(2) into at most `capacity` (<= 512) events; returns a count or -errno.
int fixbook_epoll_wait(int epoll, struct fixbook_event *events, int capacity, int timeout_ms);

// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC; returns a descriptor or -errno.
int fixbook_accept(int listener, struct sockaddr_storage *address, socklen_t *length);

// open(2) is variadic; returns a descriptor or -errno.
int fixbook_open(const char *path, int flags, unsigned int mode);

// fcntl(2) is variadic: a write lock on bytes of a file, without waiting; returns 0 or -errno.
int fixbook_lock(int descriptor, int64_t start, int64_t length);

// Whether another process holds a lock on some of those bytes.
int fixbook_is_locked(int descriptor, int64_t start, int64_t length);

// Processors that this process may run on; at least 1.
int fixbook_processors(void);

// Names the calling thread, at most 15 bytes (pthread_setname_np is a GNU extension).
void fixbook_name_thread(const char *name);

// Adds to the calling thread's nice value, at most to 19. A system that refuses is as it was.
void fixbook_lower_priority(int by);

// Asks the scheduler for short turns of the calling thread, which in exchange come sooner: since Linux 6.12
// what is woken runs at once in place of a thread whose turns are longer. Nothing where the kernel can't.
void fixbook_shorten_slice(uint64_t nanoseconds);

// sqlite3_bind_text / _blob with SQLITE_TRANSIENT, which is a cast that Swift cannot spell.
int fixbook_bind_text(sqlite3_stmt *statement, int index, const char *bytes, int64_t length);
int fixbook_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int64_t length);

// sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0), which is variadic. Before anything else of SQLite is called.
void fixbook_forgo_memory_statistics(void);

// sqlite3_db_config(SQLITE_DBCONFIG_DEFENSIVE) and _TRUSTED_SCHEMA are variadic.
int fixbook_harden(sqlite3 *connection);
// Whether the connection may change the schema's text (`PRAGMA writable_schema`), which hardening forbids.
int fixbook_let_schema_change(sqlite3 *connection, int allowed);

// The two copies of the WAL-index header in SQLite's own mapping of a database's -shm file
// (https://www.sqlite.org/walformat.html section 2.1), valid while `connection` is open; NULL
// where there is none.
const volatile uint64_t *fixbook_wal_header(sqlite3 *connection);

// One copy of that header. Every commit, by whatever process, changes it.
struct fixbook_wal_stamp {
  uint64_t a, b, c, d, e, f;
};

// Reads the header; 0 when a commit is being published at this moment.
int fixbook_wal_read(const volatile uint64_t *header, struct fixbook_wal_stamp *stamp);

#endif
