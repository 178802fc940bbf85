#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "geo/raster.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

std::string reason_of(int error_number) {
  return std::system_category().message(error_number);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close_now(); }

  bool open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  // The last failure of a network disk shows only here.
  int close_now() {
    const int status = descriptor_ >= 0 ? ::close(descriptor_) : 0;
    descriptor_ = -1;
    return status;
  }

 private:
  int descriptor_;
};

bool write_all(int descriptor, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    done += static_cast<std::size_t>(written);
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.open() || ::fstat(file.get(), &status) != 0) {
    return fail("base.file_unreadable", {{"file", path}, {"reason", reason_of(errno)}});
  }
  std::string bytes(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0, '\0');
  std::size_t done = 0;
  while (true) {
    if (done == bytes.size()) {
      bytes.resize(bytes.size() + 65536);  // a pipe, or a file that still grows
    }
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail("base.file_unreadable", {{"file", path}, {"reason", reason_of(errno)}});
    }
    if (got == 0) {
      bytes.resize(done);
      return bytes;
    }
    done += static_cast<std::size_t>(got);
  }
}

Result<void> write_file(const std::string& path, const std::string& bytes) {
  const std::string beside = path + ".part" + std::to_string(::getpid());
  const auto refuse = [&](int error_number) {
    ::unlink(beside.c_str());
    return fail("base.file_unwritable", {{"file", path}, {"reason", reason_of(error_number)}});
  };
  FileDescriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.open()) {
    return refuse(errno);
  }
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0 || file.close_now() != 0) {
    return refuse(errno);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    return refuse(errno);
  }
  // The new name itself must survive a power cut; a file system that cannot do this for folders has nothing better to
  // offer.
  const FileDescriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.open()) {
    ::fsync(folder.get());
  }
  return {};
}

}  // namespace firmground::geo
