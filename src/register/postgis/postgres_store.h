#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "register/store.h"

namespace firmground::registry {

/// Whether a programme is named by the address of a PostgreSQL database: postgresql:// or postgres://.
bool is_postgres_address(std::string_view location);
/// The address without its password, for people, errors and logs. What cannot be read as an address is not repeated.
std::string address_without_password(const std::string& address);
/// Name of the database in the address.
std::string database_name(const std::string& address);

/// The schema `firmground` in an existing database, made and filled in one transaction.
/// Errors: registry.exists, registry.connection_failed, registry.postgis_needed, registry.not_permitted.
base::Result<void> create_postgres(const std::string& address,
                                   const std::function<base::Result<void>(Database&)>& fill);

/// Errors: registry.connection_failed.
base::Result<std::unique_ptr<Store>> open_postgres(const std::string& address, std::chrono::milliseconds busy_timeout);

}  // namespace firmground::registry
