#pragma once
#include "estimate/team.h"

namespace firmground::mpi {

/// The processes that one `mpirun` started.  REQUIRES: MPI_Init came before, MPI_Finalize comes after.
/// An error of MPI itself ends all processes (MPI_ERRORS_ARE_FATAL).
class TeamOfProcesses : public estimate::Team {
 public:
  TeamOfProcesses();
  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }
  void sum(std::span<double> values) override;
  std::string told(std::string by_first) override;
  std::vector<std::string> exchanged(std::vector<std::string> to) override;

  /// Processes on this machine: they share its processors.
  std::size_t on_this_machine() const;

 private:
  std::size_t rank_ = 0;
  std::size_t size_ = 1;
};

}  // namespace firmground::mpi
