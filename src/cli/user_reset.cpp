#include "cli/password.h"
#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const std::string& name = arguments.positional().front();
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY_DO(accounts.door.users().find(name));
  OSLER_TRY(const auto given, take_password(arguments, name));
  OSLER_TRY(const auto user,
            accounts.door.users().reset_password(name, given.text, accounts.actor()));
  return say_user(context, user, given.is_made ? given.text : "");
}

}  // namespace

Verb user_reset_verb() {
  return {.usage = {.verb = "user reset",
                    .summary = "give a user another password",
                    .form = "NAME [options]",
                    .examples = {"osler user reset j.snow", "osler user reset j.snow --random"},
                    .remarks = "Ends the user's sessions and tokens, and forgets failed logins. "
                               "Without an option the password is asked for on the terminal.",
                    .options = password_options(),
                    .least = 1,
                    .most = 1,
                    .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
