#include "register/postgis/connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include "register/postgis/postgres_store.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

/// More different statements than any verb has; beyond it those that nobody holds are forgotten.
constexpr std::size_t kPreparedKept = 400;
constexpr std::uint32_t kFirstUserType = 16384;

void be_silent(void*, const PGresult*) {}

std::string one_line(const char* text) {
  std::string line = text != nullptr ? text : "";
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) {
    line.pop_back();
  }
  std::replace(line.begin(), line.end(), '\n', ' ');
  // The catalogue's sentences end with their own full stop.
  return !line.empty() && line.back() == '.' ? line.substr(0, line.size() - 1) : line;
}

/// PostgreSQL's documentation, appendix A: the first two characters are the class of a condition.
tl::unexpected<base::Error> server_error(std::string_view state, const std::string& reason, const std::string& path) {
  const std::string_view group = state.substr(0, 2);
  if (state == "55P03" || state == "40001" || state == "40P01" || state == "55006" || state == "53300") {
    return fail("registry.busy", {{"file", path}});
  }
  if (group == "53" || state == "58030") {
    return fail("registry.no_room", {{"file", path}, {"reason", reason}});
  }
  if (group == "23" || state == "P0001" || group == "22") {
    return fail("registry.refused", {{"file", path}, {"reason", reason}});
  }
  if (state == "42501" || state == "25006") {
    return fail("registry.not_permitted", {{"file", path}, {"reason", reason}});
  }
  if (state == "XX001" || state == "XX002") {
    return fail("registry.damaged", {{"file", path}, {"reason", reason}});
  }
  if (group == "08" || group == "57" || state.empty()) {
    return fail("registry.connection_failed", {{"file", path}, {"reason", reason}});
  }
  return fail("registry.storage_failed", {{"file", path}, {"reason", reason}});
}

PGconn* connect(const std::string& address) {
  const char* names[] = {"dbname", "fallback_application_name", "connect_timeout", "client_encoding", nullptr};
  const char* values[] = {address.c_str(), "firmground", "10", "UTF8", nullptr};
  return PQconnectdbParams(names, values, 1);
}

/// Whether trying again in a moment may help: the server is starting, or all its places are taken.
bool may_pass(PGconn* handle) {
  const std::string message = PQerrorMessage(handle);
  return message.find("starting up") != std::string::npos || message.find("too many clients") != std::string::npos ||
         message.find("remaining connection slots") != std::string::npos;
}

}  // namespace

void ClearResult::operator()(pg_result* result) const {
  PQclear(result);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& address, std::chrono::milliseconds patience) {
  const std::string path = address_without_password(address);
  constexpr int kAttempts = 5;
  PGconn* handle = connect(address);
  for (int attempt = 1; attempt < kAttempts && PQstatus(handle) != CONNECTION_OK && may_pass(handle); ++attempt) {
    PQfinish(handle);
    std::this_thread::sleep_for(patience / kAttempts);
    handle = connect(address);
  }
  std::unique_ptr<Connection> connection(new Connection(handle, path));
  if (PQstatus(handle) != CONNECTION_OK) {
    return fail("registry.connection_failed", {{"file", path}, {"reason", one_line(PQerrorMessage(handle))}});
  }
  FG_TRY_VOID(connection->set_up());
  return connection;
}

Connection::~Connection() {
  PQfinish(handle_);
}

Result<void> Connection::set_up() {
  PQsetNoticeReceiver(handle_, be_silent, nullptr);
  return execute("SET search_path = firmground, public; SET client_min_messages = warning");
}

void Connection::mend() {
  if (PQstatus(handle_) == CONNECTION_OK || in_transaction()) {
    return;
  }
  PQreset(handle_);
  ++session_;
  if (PQstatus(handle_) == CONNECTION_OK) {
    static_cast<void>(set_up());
  }
}

bool Connection::in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(handle_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

Result<ResultPtr> Connection::checked(pg_result* raw) {
  ResultPtr result(raw);
  switch (PQresultStatus(raw)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_IN:
    case PGRES_EMPTY_QUERY: {
      changes_ = std::atoll(PQcmdTuples(raw));
      return result;
    }
    default: {
      const char* state = PQresultErrorField(raw, PG_DIAG_SQLSTATE);
      const char* words = PQresultErrorField(raw, PG_DIAG_MESSAGE_PRIMARY);
      return server_error(state != nullptr ? state : "", one_line(words != nullptr ? words : PQerrorMessage(handle_)),
                          path_);
    }
  }
}

Result<void> Connection::execute(const std::string& sql) {
  FG_TRY_VOID(checked(PQexec(handle_, sql.c_str())));
  return {};
}

Result<void> Connection::parse(PreparedStatement& prepared) {
  prepared.name = "s" + std::to_string(++names_);
  prepared.session = session_;
  FG_TRY_VOID(checked(PQprepare(handle_, prepared.name.c_str(), prepared.statement.sql.c_str(), 0, nullptr)));
  FG_TRY(const auto description, checked(PQdescribePrepared(handle_, prepared.name.c_str())));
  prepared.types.clear();
  prepared.columns.clear();
  for (int i = 0; i < PQnfields(description.get()); ++i) {
    prepared.columns.push_back(PQftype(description.get(), i));
  }
  for (int i = 0; i < PQnparams(description.get()); ++i) {
    prepared.types.push_back(PQparamtype(description.get(), i));
  }
  return {};
}

Result<std::shared_ptr<PreparedStatement>> Connection::prepare(std::string_view sql) {
  if (const auto known = prepared_.find(sql); known != prepared_.end()) {
    return known->second;
  }
  if (prepared_.size() >= kPreparedKept) {
    for (auto entry = prepared_.begin(); entry != prepared_.end();) {
      if (entry->second.use_count() > 1) {
        ++entry;
        continue;
      }
      FG_TRY_VOID(execute("DEALLOCATE " + entry->second->name));
      entry = prepared_.erase(entry);
    }
  }
  mend();
  auto prepared = std::make_shared<PreparedStatement>();
  prepared->statement = translate_placeholders(sql);
  FG_TRY_VOID(parse(*prepared));
  prepared_.emplace(sql, prepared);
  return prepared;
}

Result<ResultPtr> Connection::run(PreparedStatement& prepared, const std::vector<WireValue>& values) {
  if (prepared.session != session_) {
    FG_TRY_VOID(parse(prepared));
  }
  std::vector<const char*> pointers;
  std::vector<int> lengths, formats;
  for (const WireValue& value : values) {
    pointers.push_back(value.is_null ? nullptr : value.bytes.data());
    lengths.push_back(static_cast<int>(value.bytes.size()));
    formats.push_back(value.is_text ? 0 : 1);
  }
  return checked(PQexecPrepared(handle_, prepared.name.c_str(), static_cast<int>(values.size()), pointers.data(),
                                lengths.data(), formats.data(), 1));
}

Result<void> Connection::begin_copy(const std::string& sql) {
  FG_TRY_VOID(checked(PQexec(handle_, sql.c_str())));
  return {};
}

Result<void> Connection::put_copy(std::string_view bytes) {
  if (PQputCopyData(handle_, bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return fail("registry.connection_failed", {{"file", path_}, {"reason", one_line(PQerrorMessage(handle_))}});
  }
  return {};
}

Result<void> Connection::end_copy() {
  if (PQputCopyEnd(handle_, nullptr) != 1) {
    return fail("registry.connection_failed", {{"file", path_}, {"reason", one_line(PQerrorMessage(handle_))}});
  }
  FG_TRY_VOID(checked(PQgetResult(handle_)));
  while (PGresult* rest = PQgetResult(handle_)) {
    PQclear(rest);
  }
  return {};
}

bool Connection::is_geometry(std::uint32_t type) {
  if (type < kFirstUserType) {
    return false;
  }
  if (geometry_type_ == 0) {
    const ResultPtr found(PQexec(handle_, "SELECT oid FROM pg_type WHERE typname = 'geometry'"));
    if (PQresultStatus(found.get()) == PGRES_TUPLES_OK && PQntuples(found.get()) > 0) {
      geometry_type_ = static_cast<std::uint32_t>(std::strtoul(PQgetvalue(found.get(), 0, 0), nullptr, 10));
    }
  }
  return type == geometry_type_;
}

}  // namespace firmground::registry
