#include <utility>
#include <vector>

#include "storage/database/database.h"
#include "storage/database/internal/connection.h"

namespace osler::storage::database {
namespace {

// Binds by reference: the values must outlive the statement's use of them.
class Binder {
 public:
  Binder(sqlite3_stmt* statement, int position) : statement_(statement), position_(position) {}

  int operator()(std::monostate) const { return sqlite3_bind_null(statement_, position_); }
  int operator()(std::int64_t number) const {
    return sqlite3_bind_int64(statement_, position_, number);
  }
  int operator()(double number) const { return sqlite3_bind_double(statement_, position_, number); }
  int operator()(const std::string& text) const {
    return sqlite3_bind_text64(statement_, position_, text.data(), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(const Bytes& bytes) const {
    if (bytes.empty()) {
      return sqlite3_bind_zeroblob(statement_, position_, 0);  // no pointer would mean null
    }
    return sqlite3_bind_blob64(statement_, position_, bytes.data(), bytes.size(), SQLITE_STATIC);
  }

 private:
  sqlite3_stmt* statement_;
  int position_;
};

}  // namespace

struct Statement::Prepared {
  explicit Prepared(Connection& to) : connection(&to), lock(to.mutex) {}

  [[nodiscard]] Result<void> bind(std::initializer_list<Value> given) {
    sqlite3_stmt* statement = handle.get();
    if (static_cast<int>(given.size()) != sqlite3_bind_parameter_count(statement)) {
      return Error(ErrorCode::Internal,
                   "a statement with " + std::to_string(sqlite3_bind_parameter_count(statement)) +
                       " places was given " + std::to_string(given.size()) + " values");
    }
    values.assign(given);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int code = std::visit(Binder(statement, static_cast<int>(i) + 1), values[i].held());
      if (code != SQLITE_OK) {
        return connection->error(code);
      }
    }
    return {};
  }

  Connection* connection;
  std::unique_lock<std::recursive_mutex> lock;  // let go after the handle is finalised
  std::vector<Value> values;
  StatementHandle handle;
};

Statement::Statement(std::unique_ptr<Prepared> prepared) : prepared_(std::move(prepared)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Result<Statement> Database::prepare(std::string_view sql, std::initializer_list<Value> values) {
  auto prepared = std::make_unique<Statement::Prepared>(*connection_);
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(connection_->handle.get(), sql.data(),
                                      static_cast<int>(sql.size()), &handle, nullptr);
  prepared->handle.reset(handle);
  if (code != SQLITE_OK) {
    return connection_->error(code);
  }
  OSLER_TRY_DO(prepared->bind(values));
  return Statement(std::move(prepared));
}

Result<bool> Statement::step() {
  Connection& connection = *prepared_->connection;
  sqlite3_stmt* handle = prepared_->handle.get();
  if (connection.sync_failed && sqlite3_stmt_readonly(handle) == 0) {
    return connection.error(SQLITE_IOERR_FSYNC);
  }
  const int code = sqlite3_step(handle);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return connection.error(code);
}

Result<void> Statement::rebind(std::initializer_list<Value> values) {
  sqlite3_reset(prepared_->handle.get());
  return prepared_->bind(values);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(prepared_->handle.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(prepared_->handle.get(), column);
}

double Statement::number(int column) const {
  return sqlite3_column_double(prepared_->handle.get(), column);
}

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(prepared_->handle.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(prepared_->handle.get(), column));
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size);
}

Bytes Statement::bytes(int column) const {
  const auto* start =
      static_cast<const std::byte*>(sqlite3_column_blob(prepared_->handle.get(), column));
  const auto size = sqlite3_column_bytes(prepared_->handle.get(), column);
  return start == nullptr ? Bytes() : Bytes(start, start + size);
}

Result<crypto::Digest> Statement::digest(int column) const {
  const auto digest = crypto::Digest::from_hex(text(column));
  if (!digest) {
    return Error(ErrorCode::DataCorrupt, "the database holds something else where a digest belongs")
        .at(prepared_->connection->path.string());
  }
  return *digest;
}

}  // namespace osler::storage::database
