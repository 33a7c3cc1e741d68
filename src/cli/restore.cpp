#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/backup_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

namespace backup = workflow::backup;

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  static const SystemClock kClock;
  const std::string& folder = arguments.positional().front();
  const std::string name = arguments.text("snapshot").value_or("");
  const bool only_check = arguments.has("check");
  if (!only_check && !arguments.text("home")) {
    return Error(ErrorCode::InvalidArgument, "osler restore needs --home NEW, or --check")
        .hint("name a home that does not exist yet, or an empty folder");
  }
  OSLER_TRY(const auto snapshot,
            only_check ? backup::check(folder, name, context.progress)
                       : backup::restore(folder, name, context.home, kClock, context.progress));
  say_snapshot(context, snapshot);
  context.say(only_check ? "\n  Every file is as it was written; nothing was restored."
                         : "\n  Restored to " + context.home.string() +
                               "; try it: osler doctor --home " + context.home.string());
  Json document = to_json(snapshot);
  document["restored"] = !only_check;
  return Outcome{.document = dump_json(document)};
}

}  // namespace

Verb restore_verb() {
  return {
      .usage = {.verb = "restore",
                .summary = "make a home from a backup, or check one",
                .form = "DIR --home NEW [options]",
                .examples = {"osler restore /mnt/backup/osler --home /var/lib/osler",
                             "osler restore /mnt/backup/osler --check",
                             "osler restore /mnt/backup/osler --snapshot "
                             "2026-11-24T09-12-31Z --home /srv/drill"},
                .remarks = "NEW must be absent or empty. Every file is compared with its "
                           "digest, then the database, the audit log\n(against the head in the "
                           "manifest) and the registry are verified; only then does NEW appear.",
                .options = {{"snapshot", "NAME", "default: the newest"},
                            {"check", "", "read and compare all of it, and restore nothing"}},
                .least = 1,
                .most = 1,
                .more = "docs/guides/operate.md"},
      .run = run};
}

}  // namespace osler::cli
