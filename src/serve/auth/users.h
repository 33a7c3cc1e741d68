#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "serve/auth/passwords.h"
#include "serve/auth/roles.h"
#include "serve/auth/throttle.h"
#include "storage/audit/log.h"
#include "storage/database/database.h"

namespace osler::serve::auth {

namespace internal {
class Changes;
}

using Time = std::chrono::system_clock::time_point;

struct User {
  std::string name;
  Role role = Role::Reader;
  bool disabled = false;
  Time created;
  Time password_set;
  std::optional<Time> last_login;
  // Grows with every change after which the user has to log in again.
  std::int64_t generation = 0;
};

// What verify() says.
struct Verified {
  User user;
  std::int64_t failures = 0;  // of this account, since it was last entered
};
// No such user, another password, or disabled: it does not say which.
struct Unauthenticated {};
// Too many failures of this account or address.
struct Throttled {
  std::chrono::seconds retry_after{0};
};
using Verdict = std::variant<Verified, Unauthenticated, Throttled>;

struct UserOptions {
  PasswordOptions passwords = {};
  ThrottleOptions throttle = {};
  // Records of lockouts an hour; what goes beyond is counted in the next one.
  std::int64_t lockout_records = 120;
};

// Who may log in. Users are disabled, never removed. Every change stands in the audit log too, or
// in neither; `actor` is who the log names. Callable from several threads.
class Users {
 public:
  // All three must outlive it. Errors as Database::migrate.
  [[nodiscard]] static Result<Users> open(storage::Database& database, storage::audit::Log& audit,
                                          const Clock& clock, const UserOptions& options = {});
  Users(Users&&) noexcept;
  ~Users();

  // InvalidArgument: not a name of 2 to 32 of a-z 0-9 . _ -, or a password that check_password()
  // refuses. FailedPrecondition: there is such a user.
  [[nodiscard]] Result<User> add(std::string_view name, Role role, std::string_view password,
                                 std::string_view actor);
  // By name.
  [[nodiscard]] Result<std::vector<User>> list() const;
  // NotFound: no such user; so for all below.
  [[nodiscard]] Result<User> find(std::string_view name) const;
  // How many may log in: without one, nothing may be served beyond this machine.
  [[nodiscard]] Result<std::int64_t> active() const;

  // Ends the user's sessions and tokens, for good and at once. Whoever is disabled stays so.
  [[nodiscard]] Result<User> disable(std::string_view name, std::string_view actor);
  // Forgets failed logins as well, also of a user who was never disabled.
  [[nodiscard]] Result<User> enable(std::string_view name, std::string_view actor);
  // Ends the user's sessions; tokens act in the new role. Nothing happens where it is the old one.
  [[nodiscard]] Result<User> set_role(std::string_view name, Role role, std::string_view actor);
  // By somebody else, who may do it because the account is in the wrong hands: ends sessions and
  // tokens, and forgets failed logins. InvalidArgument: a password that check_password() refuses.
  [[nodiscard]] Result<User> reset_password(std::string_view name, std::string_view password,
                                            std::string_view actor);
  // By the user, after verify(): ends the sessions. InvalidArgument: as above, or the old password.
  // FailedPrecondition: the user was changed since.
  [[nodiscard]] Result<User> change_password(const User& verified, std::string_view password);

  // Whether this is a user's password; `from` is the address that the attempt came from. Takes as
  // long for a user who does not exist. Unavailable: too many at once; nothing was counted.
  [[nodiscard]] Result<Verdict> verify(std::string_view name, std::string_view password,
                                       std::string_view from);

 private:
  friend class Sessions;
  friend class Tokens;
  struct State;
  struct Stored;
  explicit Users(std::unique_ptr<State> state);

  [[nodiscard]] Result<std::optional<Stored>> stored(std::string_view name) const;
  // One change of a user who is there, in one transaction with its record.
  [[nodiscard]] Result<User> change(
      std::string_view name, storage::audit::Event event,
      const std::function<Result<bool>(storage::Transaction&, const User&, storage::audit::Event&)>&
          apply);
  [[nodiscard]] Result<bool> is_right(const std::optional<Stored>& user, std::string_view password);
  [[nodiscard]] Result<Verdict> let_in(const Stored& user, std::string_view password,
                                       const Throttle::Attempt& attempt);
  [[nodiscard]] Result<void> record_lockout(const Throttle::Attempt& attempt);
  [[nodiscard]] internal::Changes& changes() const;

  std::unique_ptr<State> state_;
};

// InvalidArgument: not a user's name.
[[nodiscard]] Result<void> check_name(std::string_view name);

}  // namespace osler::serve::auth
