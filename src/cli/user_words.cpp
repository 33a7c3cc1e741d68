#include "cli/user_words.h"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/terminal.h"

namespace osler::cli {
namespace {

Json time_or_null(const std::optional<serve::auth::Time>& time) {
  return time ? Json(to_rfc3339(*time)) : Json();
}

}  // namespace

Result<Accounts> open_accounts(const Context& context) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(auto door, serve::auth::Door::open(home.database(), home.audit(), home.clock()));
  return Accounts{.home = std::move(home), .door = std::move(door)};
}

Json to_json(const serve::auth::User& user) {
  return {{"name", user.name},
          {"role", std::string(to_string(user.role))},
          {"disabled", user.disabled},
          {"created", to_rfc3339(user.created)},
          {"password_set", to_rfc3339(user.password_set)},
          {"last_login", time_or_null(user.last_login)}};
}

Json to_json(const serve::auth::Token& token) {
  return {{"id", token.id},
          {"user", token.user},
          {"label", token.label},
          {"created", to_rfc3339(token.created)},
          {"expires", to_rfc3339(token.expires)},
          {"last_used", time_or_null(token.last_used)}};
}

Outcome say_user(const Context& context, const serve::auth::User& user) {
  context.say(user.name + "   " + std::string(to_string(user.role)) + "   " +
              (user.disabled ? "disabled" : "may log in"));
  return Outcome{.document = dump_json(to_json(user))};
}

Outcome say_user(const Context& context, const serve::auth::User& user,
                 const std::string& made_password) {
  Outcome outcome = say_user(context, user);
  if (!made_password.empty()) {
    context.say("password   " + made_password + "   (shown this once)");
    Json document = to_json(user);
    document["password"] = made_password;
    outcome.document = dump_json(document);
  }
  return outcome;
}

}  // namespace osler::cli
