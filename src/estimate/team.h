#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/packet.h"

namespace firmground::estimate {

/// Processes that estimate one country together, a region each; every call is made by all of them, in the same order.
/// Implemented by MPI (src/mpi), and by threads in tests.
class Team {
 public:
  Team() = default;
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  virtual ~Team() = default;

  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;
  bool first() const { return rank() == 0; }

  /// Adds up over all processes, in the order of their ranks: the same bytes in each.
  virtual void sum(std::span<double> values) = 0;
  /// What the first process says, told to all; what others pass is not looked at.
  virtual std::string told(std::string by_first) = 0;
  /// to[r] goes to process r.  Result: what each sent here, by rank.
  virtual std::vector<std::string> exchanged(std::vector<std::string> to) = 0;
};

/// The result where every process has one, else the error of the first that has none, in all: nobody waits for a
/// process that gave up.
template <typename T>
base::Result<T> agreed(Team& team, base::Result<T> result) {
  std::string message;
  if (!result) {
    const base::Error& error = result.error();
    base::PacketWriter packet;
    packet.put(error.http);
    packet.put(std::vector<std::string>{error.id, error.code, error.message, error.remedy});
    message = std::move(packet).bytes();
  }
  for (const std::string& told : team.exchanged(std::vector<std::string>(team.size(), message))) {
    if (!told.empty()) {
      base::Error error;
      std::vector<std::string> texts;
      base::PacketReader packet(told);
      packet.get(error.http);
      packet.get(texts);
      error.id = texts[0];
      error.code = texts[1];
      error.message = texts[2];
      error.remedy = texts[3];
      return tl::unexpected<base::Error>(std::move(error));
    }
  }
  return result;
}

}  // namespace firmground::estimate
