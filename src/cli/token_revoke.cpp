#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto id = parse_integer(arguments.positional().front());
  if (!id) {
    return Error(ErrorCode::InvalidArgument, "a token is named by its number")
        .hint("osler token list shows them");
  }
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto token, accounts.door.tokens().revoke(*id, accounts.actor()));
  context.say("token " + std::to_string(token.id) + " of " + token.user + " is revoked");
  return Outcome{.document = dump_json(to_json(token))};
}

}  // namespace

Verb token_revoke_verb() {
  return {.usage =
              {.verb = "token revoke",
               .summary = "end a bearer token",
               .form = "ID",
               .examples = {"osler token revoke 7"},
               .remarks =
                   "ID as osler token list shows it. A running server hears of it within a second.",
               .options = {},
               .least = 1,
               .most = 1,
               .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
