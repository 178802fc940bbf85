#include "mpi/team_of_processes.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace firmground::mpi {

namespace {

/// MPI counts with int: longer messages go in pieces.
constexpr std::size_t kPiece = std::size_t{1} << 29U;

int as_int(std::size_t n) {
  return static_cast<int>(n);
}

/// Calls visit(begin, length) for pieces of [0, n).
template <typename Visit>
void in_pieces(std::size_t n, std::size_t most, Visit visit) {
  for (std::size_t begin = 0; begin < n; begin += most) {
    visit(begin, std::min(most, n - begin));
  }
}

/// Comes back once all processes are here.  MPI itself waits by asking without rest, and a process that waits while the
/// first one learns would take the processor from it: this one sleeps in between.
void meet() {
  constexpr std::chrono::microseconds kShortest{20};
  constexpr std::chrono::microseconds kLongest{2000};
  MPI_Request all = MPI_REQUEST_NULL;
  MPI_Ibarrier(MPI_COMM_WORLD, &all);
  int here = 0;
  MPI_Test(&all, &here, MPI_STATUS_IGNORE);
  for (auto pause = kShortest; here == 0; pause = std::min(2 * pause, kLongest)) {
    std::this_thread::sleep_for(pause);
    MPI_Test(&all, &here, MPI_STATUS_IGNORE);
  }
}

}  // namespace

TeamOfProcesses::TeamOfProcesses() {
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  rank_ = static_cast<std::size_t>(rank);
  size_ = static_cast<std::size_t>(size);
}

void TeamOfProcesses::sum(std::span<double> values) {
  // MPI_Allreduce may add up in any order: gathered, added by rank, and told, the sum has the same bytes every time.
  constexpr std::size_t kMost = std::size_t{1} << 18U;
  std::vector<double> all;
  meet();
  in_pieces(values.size(), kMost, [&](std::size_t begin, std::size_t length) {
    double* piece = values.data() + begin;
    all.resize(rank_ == 0 ? length * size_ : 0);
    MPI_Gather(piece, as_int(length), MPI_DOUBLE, all.data(), as_int(length), MPI_DOUBLE, 0, MPI_COMM_WORLD);
    for (std::size_t i = length; i < all.size(); ++i) {
      all[i % length] += all[i];
    }
    std::copy_n(all.begin(), std::min(length, all.size()), piece);
    MPI_Bcast(piece, as_int(length), MPI_DOUBLE, 0, MPI_COMM_WORLD);
  });
}

std::string TeamOfProcesses::told(std::string by_first) {
  meet();
  std::uint64_t size = by_first.size();
  MPI_Bcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
  by_first.resize(size);
  in_pieces(by_first.size(), kPiece, [&](std::size_t begin, std::size_t length) {
    MPI_Bcast(by_first.data() + begin, as_int(length), MPI_CHAR, 0, MPI_COMM_WORLD);
  });
  return by_first;
}

std::vector<std::string> TeamOfProcesses::exchanged(std::vector<std::string> to) {
  meet();
  std::vector<std::uint64_t> sent(size_);
  std::vector<std::uint64_t> comes(size_);
  std::transform(to.begin(), to.end(), sent.begin(), [](const std::string& bytes) { return bytes.size(); });
  MPI_Alltoall(sent.data(), 1, MPI_UINT64_T, comes.data(), 1, MPI_UINT64_T, MPI_COMM_WORLD);
  std::vector<std::string> result(size_);
  std::vector<MPI_Request> open;
  for (std::size_t r = 0; r < size_; ++r) {
    result[r].resize(comes[r]);
    in_pieces(result[r].size(), kPiece, [&](std::size_t begin, std::size_t length) {
      MPI_Irecv(result[r].data() + begin, as_int(length), MPI_CHAR, as_int(r), 0, MPI_COMM_WORLD, &open.emplace_back());
    });
    in_pieces(to[r].size(), kPiece, [&](std::size_t begin, std::size_t length) {
      MPI_Isend(to[r].data() + begin, as_int(length), MPI_CHAR, as_int(r), 0, MPI_COMM_WORLD, &open.emplace_back());
    });
  }
  MPI_Waitall(as_int(open.size()), open.data(), MPI_STATUSES_IGNORE);
  return result;
}

std::size_t TeamOfProcesses::on_this_machine() const {
  MPI_Comm here = MPI_COMM_NULL;
  int size = 1;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
  MPI_Comm_size(here, &size);
  MPI_Comm_free(&here);
  return static_cast<std::size_t>(size);
}

}  // namespace firmground::mpi
