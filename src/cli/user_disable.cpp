#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto user,
            accounts.door.users().disable(arguments.positional().front(), accounts.actor()));
  return say_user(context, user);
}

}  // namespace

Verb user_disable_verb() {
  return {.usage = {.verb = "user disable",
                    .summary = "end a user's access at once",
                    .form = "NAME",
                    .examples = {"osler user disable j.snow"},
                    .remarks = "Ends the user's sessions and tokens for good; a running server "
                               "hears of it within a second. Users are never removed, so that a "
                               "name in the audit log stays one person.",
                    .options = {},
                    .least = 1,
                    .most = 1,
                    .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
