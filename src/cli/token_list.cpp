#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/terminal.h"
#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto& words = arguments.positional();
  OSLER_TRY(auto accounts, open_accounts(context));
  OSLER_TRY(const auto tokens, accounts.door.tokens().list(words.empty() ? "" : words.front()));
  Json list = Json::array();
  for (const auto& token : tokens) {
    const bool is_over = token.expires <= accounts.home.clock().now();
    context.say(
        padded(std::to_string(token.id), 6, 1) + padded(token.user, 20, 3) +
        padded((is_over ? "expired " : "until ") + to_reading(token.expires), 28, 3) +
        padded(token.last_used ? "used " + to_reading(*token.last_used) : "never used", 26, 3) +
        token.label);
    list.push_back(to_json(token));
  }
  if (tokens.empty()) {
    context.say("no token: osler token NAME");
  }
  return Outcome{.document = dump_json({{"tokens", std::move(list)}})};
}

}  // namespace

Verb token_list_verb() {
  return {.usage = {.verb = "token list",
                    .summary = "bearer tokens and when they were last used",
                    .form = "[NAME]",
                    .examples = {"osler token list", "osler token list night.batch --json"},
                    .remarks = "Of all users, or of one. The tokens themselves are kept nowhere.",
                    .options = {},
                    .least = 0,
                    .most = 1,
                    .more = "docs/guides/users.md"},
          .run = run};
}

}  // namespace osler::cli
