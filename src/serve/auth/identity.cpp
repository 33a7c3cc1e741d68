#include "serve/auth/identity.h"

#include <utility>

namespace osler::serve::auth {

bool permits(const std::optional<Identity>& identity, std::string_view permission) {
  return identity ? identity->may(permission) : permission == kPublic;
}

struct Door::State {
  State(Users opened, const DoorOptions& options)
      : users(std::move(opened)), sessions(users, options.sessions), tokens(users) {}

  Users users;
  Sessions sessions;
  Tokens tokens;
};

Door::Door(std::unique_ptr<State> state) : state_(std::move(state)) {}
Door::Door(Door&&) noexcept = default;
Door::~Door() = default;

Result<Door> Door::open(storage::Database& database, storage::audit::Log& audit, const Clock& clock,
                        const DoorOptions& options) {
  OSLER_TRY(auto users, Users::open(database, audit, clock, options.users));
  return Door(std::make_unique<State>(std::move(users), options));
}

Result<Door::Entry> Door::enter(const Verified& verified, std::string_view remote) {
  auto made = state_->sessions.make(verified, remote);
  if (made) {
    return Entry(*std::move(made));
  }
  // Disabled, or given another password, while this one was looked at.
  if (made.error().code == ErrorCode::FailedPrecondition) {
    return Entry(Unauthenticated{});
  }
  return std::move(made).error();
}

Result<Door::Entry> Door::login(std::string_view name, std::string_view password,
                                std::string_view remote) {
  OSLER_TRY(const Verdict verdict, state_->users.verify(name, password, remote));
  if (const auto* throttled = std::get_if<Throttled>(&verdict)) {
    return Entry(*throttled);
  }
  const auto* verified = std::get_if<Verified>(&verdict);
  return verified == nullptr ? Result<Entry>(Entry(Unauthenticated{})) : enter(*verified, remote);
}

Result<void> Door::logout(std::string_view session_id) {
  return state_->sessions.end(session_id);
}

Result<std::optional<Identity>> Door::by_cookie(std::string_view session_id) {
  OSLER_TRY(auto session, state_->sessions.find(session_id));
  if (!session) {
    return std::optional<Identity>();
  }
  return std::optional(Identity{.user = std::move(session->user),
                                .role = session->role,
                                .via = Via::Cookie,
                                .name = std::move(session->name)});
}

Result<std::optional<Identity>> Door::by_bearer(std::string_view token) {
  OSLER_TRY(auto bearer, state_->tokens.find(token));
  if (!bearer) {
    return std::optional<Identity>();
  }
  return std::optional(Identity{.user = std::move(bearer->user),
                                .role = bearer->role,
                                .via = Via::Token,
                                .name = "token " + std::to_string(bearer->id)});
}

bool Door::check_csrf(std::string_view session_id, std::string_view csrf) const {
  return Sessions::check_csrf(session_id, csrf);
}

Result<Door::Entry> Door::change_password(std::string_view session_id, std::string_view password,
                                          std::string_view new_password, std::string_view remote) {
  OSLER_TRY(const auto session, state_->sessions.find(session_id));
  if (!session) {
    return Entry(Unauthenticated{});
  }
  // Before the old one is tried: a refused new one must not cost an attempt.
  OSLER_TRY_DO(check_password(new_password, session->user));
  OSLER_TRY(const Verdict verdict, state_->users.verify(session->user, password, remote));
  if (const auto* throttled = std::get_if<Throttled>(&verdict)) {
    return Entry(*throttled);
  }
  const auto* verified = std::get_if<Verified>(&verdict);
  if (verified == nullptr) {
    return Entry(Unauthenticated{});
  }
  OSLER_TRY(User changed, state_->users.change_password(verified->user, new_password));
  return enter({.user = std::move(changed), .failures = verified->failures}, remote);
}

Users& Door::users() {
  return state_->users;
}
Tokens& Door::tokens() {
  return state_->tokens;
}

}  // namespace osler::serve::auth
