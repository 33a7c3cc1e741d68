#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/terminal.h"
#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments&) {
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto users, accounts.door.users().list());
  Json list = Json::array();
  for (const auto& user : users) {
    context.say(padded(user.name, 20, 3) + padded(to_string(user.role), 13, 3) +
                padded(user.disabled ? "disabled" : "may log in", 10, 3) +
                (user.last_login ? "last in " + to_reading(*user.last_login) : "never in"));
    list.push_back(to_json(user));
  }
  if (users.empty()) {
    context.say("no user yet: osler user add NAME --role ROLE");
  }
  return Outcome{.document = dump_json({{"users", std::move(list)}})};
}

}  // namespace

Verb user_list_verb() {
  return {.usage = {.verb = "user list",
                    .summary = "who may log in",
                    .form = "[options]",
                    .examples = {"osler user list", "osler user list --json"},
                    .remarks = "",
                    .options = {},
                    .least = 0,
                    .most = 0,
                    .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
