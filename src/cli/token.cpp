#include <cstdio>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

using serve::auth::kMostTokenDays;
using serve::auth::kTokenDays;

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto days, arguments.integer("days", kTokenDays, 1, kMostTokenDays));
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto made,
            accounts.door.tokens().make(arguments.positional().front(), days,
                                        arguments.text("label").value_or(""), accounts.actor()));
  // Alone, so that it can go straight into a file.
  context.say(made.text);
  if (!arguments.has("quiet")) {
    std::fprintf(stderr, "token %lld of %s, until %s; it is shown this once\n",
                 static_cast<long long>(made.token.id), made.token.user.c_str(),
                 to_reading(made.token.expires).c_str());
  }
  Json document = to_json(made.token);
  document["token"] = made.text;
  return Outcome{.document = dump_json(document)};
}

}  // namespace

Verb token_verb() {
  return {.usage = {.verb = "token",
                    .summary = "make a bearer token for a script",
                    .form = "NAME [options]",
                    .examples = {"osler token night.batch --label \"nightly scores\"",
                                 "(umask 077; osler token night.batch --days 30 > token)"},
                    .remarks = "Whoever shows the token acts as the user NAME. It stands alone on "
                               "standard output and is shown this once. See also osler token list "
                               "and osler token revoke; a user called list or revoke is given as "
                               "osler token -- list.",
                    .options = {{"days", "N", "how long it lasts, 1 to 365, default 90"},
                                {"label", "TEXT", "what it is for, at most 64 bytes"}},
                    .least = 1,
                    .most = 1,
                    .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
