#pragma once
#include <memory>
#include <string>

#include "base/error.h"

namespace firmground::registry {

/// Tells cheaply whether a programme may have changed, on a connection of its own: it neither waits for a reader of the
/// same programme nor holds one up.  May be used from several threads.
class ChangeMark {
 public:
  /// `location`: as Register::open.  Errors: registry.connection_failed.
  static base::Result<std::unique_ptr<ChangeMark>> open(const std::string& location);
  virtual ~ChangeMark() = default;
  /// Differs from an earlier answer when records, their state or derived results may have changed. While a database
  /// server is away the last answer stands.
  virtual std::string now() = 0;
};

}  // namespace firmground::registry
