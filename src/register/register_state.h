#pragma once
#include <map>
#include <mutex>
#include <string>

#include "geo/crs.h"
#include "register/database.h"
#include "register/layout.h"
#include "register/profile.h"
#include "register/register.h"

namespace firmground::registry {

/// What an open programme holds in memory. Shared by register.cpp (reading) and import.cpp (entering); not part of the
/// contract.
struct Register::Impl {
  Impl(Database opened, Profile its_profile, geo::Crs its_crs, std::string its_name)
      : database(std::move(opened)),
        profile(std::move(its_profile)),
        crs(std::move(its_crs)),
        name(std::move(its_name)) {}

  mutable Database database;
  Profile profile;
  geo::Crs crs;
  std::string name;
  std::string address{};  ///< as it was opened, which may tell a password
  /// One statement at a time on the one connection; the server calls from several threads.
  mutable std::mutex mutex;

  mineaction::Programme programme() const;
  /// A snapshot without records.
  mineaction::Snapshot begun_snapshot() const;
};

}  // namespace firmground::registry
