#include "serve/auth/users.h"

#include <algorithm>
#include <utility>

#include "serve/auth/internal/schema.h"
#include "serve/auth/internal/time.h"
#include "serve/auth/internal/users_state.h"

namespace osler::serve::auth {
namespace {

using internal::kUserColumns;
using internal::read_user;
using internal::seconds_of;
using storage::Database;
using storage::Transaction;
using storage::audit::Event;

constexpr std::size_t kShortestName = 2;
constexpr std::size_t kLongestName = 32;

Error no_such_user() {
  return Error(ErrorCode::NotFound, "there is no such user").hint("osler user list shows them");
}

std::string fields(std::string_view rest) {
  return "SELECT " + std::string(kUserColumns) + " FROM auth_users " + std::string(rest);
}

enum class Also : std::uint8_t { Sessions, SessionsAndTokens };

// From here on everything that was given to the user is refused.
Result<void> end_all(Transaction& change, const std::string& name, Also also) {
  Database& database = change.database();
  OSLER_TRY_DO(
      database.execute("UPDATE auth_users SET generation = generation + 1 WHERE name = ?", {name}));
  OSLER_TRY_DO(database.execute("DELETE FROM auth_sessions WHERE user = ?", {name}));
  if (also == Also::SessionsAndTokens) {
    OSLER_TRY_DO(database.execute("DELETE FROM auth_tokens WHERE user = ?", {name}));
  }
  return {};
}

Event event_of(std::string_view actor, std::string_view action, std::string_view user) {
  return {.actor = std::string(actor),
          .action = std::string(action),
          .facts = {{"user", std::string(user)}}};
}

}  // namespace

Result<User> internal::read_user(const storage::Statement& row) {
  const auto role = role_from(row.text(1));
  if (!role) {
    return Error(ErrorCode::DataCorrupt, "a user has a role that this osler does not know");
  }
  User user{.name = row.text(0),
            .role = *role,
            .disabled = row.integer(2) != 0,
            .created = time_of(row.integer(3)),
            .password_set = time_of(row.integer(4)),
            .last_login = {},
            .generation = row.integer(6)};
  if (!row.is_null(5)) {
    user.last_login = time_of(row.integer(5));
  }
  return user;
}

Result<void> check_name(std::string_view name) {
  const bool spelt = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (!spelt || name.size() < kShortestName || name.size() > kLongestName) {
    return Error(ErrorCode::InvalidArgument,
                 "a user's name is 2 to 32 of the letters a-z, digits, \".\", \"_\" and \"-\"")
        .hint("for example j.snow");
  }
  return {};
}

Users::Users(std::unique_ptr<State> state) : state_(std::move(state)) {}
Users::Users(Users&&) noexcept = default;
Users::~Users() = default;

internal::Changes& Users::changes() const {
  return state_->changes;
}

Result<Users> Users::open(Database& database, storage::audit::Log& audit, const Clock& clock,
                          const UserOptions& options) {
  OSLER_TRY_DO(internal::migrate(database));
  return Users(std::make_unique<State>(database, audit, clock, options));
}

Result<User> Users::add(std::string_view name, Role role, std::string_view password,
                        std::string_view actor) {
  OSLER_TRY_DO(check_name(name));
  OSLER_TRY_DO(check_password(password, name));
  // Before the transaction: others must not wait for a hash.
  OSLER_TRY(const std::string phc, state_->passwords.hash(password));
  const std::int64_t now = seconds_of(state_->clock->now());
  OSLER_TRY(auto change, Transaction::begin(*state_->database));
  OSLER_TRY(const auto there, stored(name));
  if (there) {
    return Error(ErrorCode::FailedPrecondition,
                 "there is a user \"" + std::string(name) + "\" already")
        .hint("choose another name, or see osler user reset, enable and role");
  }
  OSLER_TRY_DO(change.database().execute(
      "INSERT INTO auth_users (name, role, password, created, password_set) "
      "VALUES (?, ?, ?, ?, ?)",
      {name, to_string(role), phc, now, now}));
  Event event = event_of(actor, "user.add", name);
  event.facts.emplace("role", to_string(role));
  OSLER_TRY_DO(state_->audit->append(change, event));
  OSLER_TRY(const auto made, stored(name));
  OSLER_TRY_DO(change.commit());
  return made->user;
}

Result<std::optional<Users::Stored>> Users::stored(std::string_view name) const {
  OSLER_TRY(auto row, state_->database->prepare("SELECT " + std::string(kUserColumns) +
                                                    ", password FROM auth_users WHERE name = ?",
                                                {name}));
  OSLER_TRY(const bool found, row.step());
  if (!found) {
    return std::optional<Stored>();
  }
  OSLER_TRY(User user, read_user(row));
  return std::optional(Stored{.user = std::move(user), .phc = row.text(7)});
}

Result<std::vector<User>> Users::list() const {
  OSLER_TRY(auto rows, state_->database->prepare(fields("ORDER BY name")));
  std::vector<User> users;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return users;
    }
    OSLER_TRY(User user, read_user(rows));
    users.push_back(std::move(user));
  }
}

Result<User> Users::find(std::string_view name) const {
  OSLER_TRY(auto found, stored(name));
  return found ? Result<User>(std::move(found->user)) : Result<User>(no_such_user());
}

Result<std::int64_t> Users::active() const {
  OSLER_TRY(const auto count,
            state_->database->integer("SELECT count(*) FROM auth_users WHERE disabled = 0"));
  return count.value_or(0);
}

Result<User> Users::change(
    std::string_view name, Event event,
    const std::function<Result<bool>(Transaction&, const User&, Event&)>& apply) {
  OSLER_TRY(auto change, Transaction::begin(*state_->database));
  OSLER_TRY(const auto before, stored(name));
  if (!before) {
    return no_such_user();
  }
  OSLER_TRY(const bool changed, apply(change, before->user, event));
  if (!changed) {
    return before->user;
  }
  OSLER_TRY_DO(internal::Changes::announce(change));
  OSLER_TRY_DO(state_->audit->append(change, event));
  OSLER_TRY(const auto after, stored(name));
  OSLER_TRY_DO(change.commit());
  state_->changes.note();
  return after->user;
}

Result<User> Users::disable(std::string_view name, std::string_view actor) {
  return change(name, event_of(actor, "user.disable", name),
                [](Transaction& change, const User& user, Event&) -> Result<bool> {
                  if (user.disabled) {
                    return false;
                  }
                  OSLER_TRY_DO(change.database().execute(
                      "UPDATE auth_users SET disabled = 1 WHERE name = ?", {user.name}));
                  OSLER_TRY_DO(end_all(change, user.name, Also::SessionsAndTokens));
                  return true;
                });
}

Result<User> Users::enable(std::string_view name, std::string_view actor) {
  return change(name, event_of(actor, "user.enable", name),
                [](Transaction& change, const User& user, Event&) -> Result<bool> {
                  OSLER_TRY_DO(change.database().execute(
                      "UPDATE auth_users SET disabled = 0 WHERE name = ?", {user.name}));
                  OSLER_TRY_DO(Throttle::forgive(change, user.name));
                  return true;
                });
}

Result<User> Users::set_role(std::string_view name, Role role, std::string_view actor) {
  return change(
      name, event_of(actor, "user.role", name),
      [&](Transaction& change, const User& user, Event& event) -> Result<bool> {
        if (user.role == role) {
          return false;
        }
        event.facts.emplace("from", to_string(user.role));
        event.facts.emplace("to", to_string(role));
        OSLER_TRY_DO(change.database().execute("UPDATE auth_users SET role = ? WHERE name = ?",
                                               {to_string(role), user.name}));
        OSLER_TRY_DO(end_all(change, user.name, Also::Sessions));
        return true;
      });
}

Result<User> Users::reset_password(std::string_view name, std::string_view password,
                                   std::string_view actor) {
  OSLER_TRY(const User user, find(name));
  OSLER_TRY_DO(check_password(password, name));
  OSLER_TRY(const std::string phc, state_->passwords.hash(password));
  const std::int64_t now = seconds_of(state_->clock->now());
  return change(name, event_of(actor, "user.reset", name),
                [&](Transaction& change, const User&, Event&) -> Result<bool> {
                  OSLER_TRY_DO(change.database().execute(
                      "UPDATE auth_users SET password = ?, password_set = ? WHERE name = ?",
                      {phc, now, user.name}));
                  OSLER_TRY_DO(end_all(change, user.name, Also::SessionsAndTokens));
                  OSLER_TRY_DO(Throttle::forgive(change, user.name));
                  return true;
                });
}

Result<User> Users::change_password(const User& verified, std::string_view password) {
  OSLER_TRY_DO(check_password(password, verified.name));
  OSLER_TRY(const auto now_stored, stored(verified.name));
  if (!now_stored) {
    return no_such_user();
  }
  OSLER_TRY(const bool is_old, state_->passwords.verify(now_stored->phc, password));
  if (is_old) {
    return Error(ErrorCode::InvalidArgument, "this is the password that you have")
        .hint("take another one");
  }
  OSLER_TRY(const std::string phc, state_->passwords.hash(password));
  const std::int64_t now = seconds_of(state_->clock->now());
  return change(verified.name, event_of(verified.name, "user.password", verified.name),
                [&](Transaction& change, const User& user, Event&) -> Result<bool> {
                  if (user.generation != verified.generation || user.disabled) {
                    return Error(ErrorCode::FailedPrecondition, "the account was changed meanwhile")
                        .hint("log in again");
                  }
                  OSLER_TRY_DO(change.database().execute(
                      "UPDATE auth_users SET password = ?, password_set = ? WHERE name = ?",
                      {phc, now, user.name}));
                  OSLER_TRY_DO(end_all(change, user.name, Also::Sessions));
                  return true;
                });
}

}  // namespace osler::serve::auth
