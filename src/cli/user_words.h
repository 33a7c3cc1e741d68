#pragma once

#include <string>

#include "base/result.h"
#include "cli/verb.h"
#include "serve/auth/identity.h"

namespace osler::cli {

// A home and who may enter it.
struct Accounts {
  workflow::Home home;
  serve::auth::Door door;

  // Who the audit names.
  [[nodiscard]] const std::string& actor() const { return home.configuration().actor; }
};

[[nodiscard]] Result<Accounts> open_accounts(const Context& context);

[[nodiscard]] Json to_json(const serve::auth::User& user);
[[nodiscard]] Json to_json(const serve::auth::Token& token);

// Says one user in one line, "j.snow   physician   may log in", and ends with the user's document.
[[nodiscard]] Outcome say_user(const Context& context, const serve::auth::User& user);
// The same, and a password that was made for the user: the only time it is shown.
[[nodiscard]] Outcome say_user(const Context& context, const serve::auth::User& user,
                               const std::string& made_password);

}  // namespace osler::cli
