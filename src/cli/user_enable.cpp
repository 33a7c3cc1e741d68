#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto user,
            accounts.door.users().enable(arguments.positional().front(), accounts.actor()));
  return say_user(context, user);
}

}  // namespace

Verb user_enable_verb() {
  return {
      .usage =
          {.verb = "user enable",
           .summary = "let a user log in again",
           .form = "NAME",
           .examples = {"osler user enable j.snow"},
           .remarks =
               "Forgets failed logins as well, so it also helps a user who has to wait after them.",
           .options = {},
           .least = 1,
           .most = 1,
           .more = "docs/guides/users.md"},
      .run = run};
}

}  // namespace osler::cli
