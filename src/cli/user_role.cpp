#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto& words = arguments.positional();
  OSLER_TRY(const auto role, serve::auth::role_from(words[1]));
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto user, accounts.door.users().set_role(words[0], role, accounts.actor()));
  return say_user(context, user);
}

}  // namespace

Verb user_role_verb() {
  return {.usage = {.verb = "user role",
                    .summary = "give a user another role",
                    .form = "NAME ROLE",
                    .examples = {"osler user role j.snow governance"},
                    .remarks =
                        "ROLE is physician, reader, engineer, steward, governance or "
                        "administrator. The user has to log in again; tokens act in the new role.",
                    .options = {},
                    .least = 2,
                    .most = 2,
                    .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
