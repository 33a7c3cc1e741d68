#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "serve/auth/roles.h"
#include "serve/auth/sessions.h"
#include "serve/auth/tokens.h"
#include "serve/auth/users.h"

namespace osler::serve::auth {

enum class Via : std::uint8_t { Cookie, Token };

// Whose request it is.
struct Identity {
  std::string user;
  Role role = Role::Reader;
  Via via = Via::Cookie;
  std::string name;  // of the session (8 digits) or the token ("token 7"): for logs; opens nothing

  [[nodiscard]] bool may(std::string_view permission) const { return allows(role, permission); }
};

// Whether a request may, with or without somebody behind it. Without: "public" alone.
[[nodiscard]] bool permits(const std::optional<Identity>& identity, std::string_view permission);

struct DoorOptions {
  UserOptions users = {};
  SessionOptions sessions = {};
};

// The one place that says whose request it is; knows nothing of HTTP. Callable from several
// threads. Where the database cannot be asked, every answer is an error, and nobody is let in.
class Door {
 public:
  using Entry = std::variant<NewSession, Unauthenticated, Throttled>;

  // All three must outlive it. Give it a Database of its own where others hold theirs for long.
  // Errors as Database::migrate.
  [[nodiscard]] static Result<Door> open(storage::Database& database, storage::audit::Log& audit,
                                         const Clock& clock, const DoorOptions& options = {});
  Door(Door&&) noexcept;
  ~Door();

  // `remote` is the address of whoever asks. Unavailable: too many at once.
  [[nodiscard]] Result<Entry> login(std::string_view name, std::string_view password,
                                    std::string_view remote);
  [[nodiscard]] Result<void> logout(std::string_view session_id);

  // Nobody, where the session or token does not hold.
  [[nodiscard]] Result<std::optional<Identity>> by_cookie(std::string_view session_id);
  [[nodiscard]] Result<std::optional<Identity>> by_bearer(std::string_view token);
  // Whether `csrf` belongs to this session. To be asked for every change by cookie; a bearer needs
  // none, because no browser sends it by itself.
  [[nodiscard]] bool check_csrf(std::string_view session_id, std::string_view csrf) const;

  // For the user of a session that holds: asks for the old password, under the same throttle, ends
  // every session of the user, this one too, and gives a new one. Unauthenticated: no session, or
  // another password. InvalidArgument: check_password() refuses the new one.
  [[nodiscard]] Result<Entry> change_password(std::string_view session_id,
                                              std::string_view password,
                                              std::string_view new_password,
                                              std::string_view remote);

  [[nodiscard]] Users& users();
  [[nodiscard]] Tokens& tokens();

 private:
  struct State;
  explicit Door(std::unique_ptr<State> state);
  [[nodiscard]] Result<Entry> enter(const Verified& verified, std::string_view remote);
  std::unique_ptr<State> state_;
};

}  // namespace osler::serve::auth
