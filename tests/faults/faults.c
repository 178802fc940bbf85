// Makes the n-th change of a file on disk the last one, or lets it fail: preloaded into the program under test.
//
//   FAULTS_MODE   count (do nothing), kill (SIGKILL before it), torn (half of the write, then SIGKILL),
//                 full (from it on the disk is full), fail (it alone fails with EIO)
//   FAULTS_AT     which change, from 1
//   FAULTS_COUNT  file that gets the number of changes at the end
//
// A change is a write, a truncation, a synchronisation, a renaming or a removal of a regular file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long changes;
static atomic_int quiet;

static int mode_is(const char* name) {
  const char* mode = getenv("FAULTS_MODE");
  return mode != NULL && strcmp(mode, name) == 0;
}

static int is_regular(int fd) {
  struct stat about;
  return fd > 2 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

enum verdict { go_on, fails, torn };

/// Counts a change and says what becomes of it; may not return.
static enum verdict next_change(int takes_room) {
  if (atomic_load(&quiet)) {
    return go_on;
  }
  const char* at_text = getenv("FAULTS_AT");
  const long at = at_text != NULL ? atol(at_text) : 0;
  const long now = atomic_fetch_add(&changes, 1) + 1;
  if (at <= 0 || now < at) {
    return go_on;
  }
  if (mode_is("kill")) {
    kill(getpid(), SIGKILL);
  }
  if (mode_is("torn")) {
    return torn;
  }
  if (mode_is("full") && takes_room) {
    errno = ENOSPC;
    return fails;
  }
  if (mode_is("fail") && now == at) {
    errno = EIO;
    return fails;
  }
  return go_on;
}

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("FAULTS_COUNT");
  atomic_store(&quiet, 1);
  FILE* file = path != NULL ? fopen(path, "w") : NULL;
  if (file != NULL) {
    fprintf(file, "%ld\n", atomic_load(&changes));
    fclose(file);
  }
}

/* POSIX.1-2008, dlsym: ISO C has no cast from an object pointer to a function pointer. */
#define REAL(name)        \
  __typeof__(&name) real; \
  *(void**)&real = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void* bytes, size_t size) {
  REAL(write);
  const enum verdict verdict = is_regular(fd) ? next_change(1) : go_on;
  if (verdict == torn) {
    real(fd, bytes, size / 2);
    kill(getpid(), SIGKILL);
  }
  return verdict == fails ? -1 : real(fd, bytes, size);
}

#define PWRITE(name, offset_type)                                           \
  ssize_t name(int fd, const void* bytes, size_t size, offset_type at) {    \
    REAL(name);                                                             \
    const enum verdict verdict = is_regular(fd) ? next_change(1) : go_on;   \
    if (verdict == torn) {                                                  \
      real(fd, bytes, size / 2, at);                                        \
      kill(getpid(), SIGKILL);                                              \
    }                                                                       \
    return verdict == fails ? -1 : real(fd, bytes, size, at);               \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SIMPLE(name, parameters, arguments, on_file, takes_room)            \
  int name parameters {                                                     \
    REAL(name);                                                             \
    const enum verdict verdict = (on_file) ? next_change(takes_room) : go_on; \
    if (verdict == torn) {                                                  \
      kill(getpid(), SIGKILL);                                              \
    }                                                                       \
    return verdict == fails ? -1 : real arguments;                          \
  }
SIMPLE(ftruncate, (int fd, off_t size), (fd, size), is_regular(fd), 0)
SIMPLE(ftruncate64, (int fd, off64_t size), (fd, size), is_regular(fd), 0)
SIMPLE(fsync, (int fd), (fd), is_regular(fd), 0)
SIMPLE(fdatasync, (int fd), (fd), is_regular(fd), 0)
SIMPLE(rename, (const char* from, const char* to), (from, to), 1, 0)
SIMPLE(unlink, (const char* path), (path), 1, 0)
SIMPLE(posix_fallocate, (int fd, off_t at, off_t size), (fd, at, size), is_regular(fd), 1)
