#include "cli/password.h"
#include "cli/user_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const std::string& name = arguments.positional().front();
  const auto word = arguments.text("role");
  if (!word) {
    return Error(ErrorCode::InvalidArgument, "osler user add needs --role")
        .hint("roles are physician, reader, engineer, steward, governance, administrator");
  }
  OSLER_TRY(const auto role, serve::auth::role_from(*word));
  OSLER_TRY_DO(serve::auth::check_name(name));
  OSLER_TRY(auto accounts, open_accounts(context));
  // Before anybody types a password for nothing.
  if (accounts.door.users().find(name)) {
    return Error(ErrorCode::FailedPrecondition, "there is a user \"" + name + "\" already")
        .hint("choose another name, or see osler user reset, enable and role");
  }
  OSLER_TRY(const auto given, take_password(arguments, name));
  OSLER_TRY(const auto user, accounts.door.users().add(name, role, given.text, accounts.actor()));
  return say_user(context, user, given.is_made ? given.text : "");
}

}  // namespace

Verb user_add_verb() {
  return {
      .usage = {.verb = "user add",
                .summary = "let somebody log in",
                .form = "NAME --role ROLE [options]",
                .examples = {"osler user add j.snow --role physician",
                             "osler user add k.chen --role steward --random",
                             "osler user add k.chen --role steward --password-stdin < password"},
                .remarks = "NAME is 2 to 32 of a-z, digits, \".\", \"_\" and \"-\". The "
                           "password is asked for on the terminal, twice; it has at least 12 "
                           "characters. It is never given on the command line.",
                .options =
                    [] {
                      std::vector<Option> options{
                          {"role", "ROLE",
                           "physician, reader, engineer, steward, governance, administrator"}};
                      const auto more = password_options();
                      options.insert(options.end(), more.begin(), more.end());
                      return options;
                    }(),
                .least = 1,
                .most = 1,
                .more = "docs/guides/users.md"},
      .run = run};
}

}  // namespace osler::cli
