#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/backup_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

namespace backup = workflow::backup;

constexpr int kSomethingLost = 65;
constexpr std::int64_t kMostKept = 100'000;

Json to_json(const backup::Made& made) {
  Json document = cli::to_json(made.snapshot);
  document["new_objects"] = made.new_objects;
  document["new_bytes"] = made.new_bytes;
  document["left_out"] = made.left_out;
  document["dropped"] = made.dropped;
  document["kept"] = made.kept;
  document["seconds"] = made.seconds;
  return document;
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto keep, arguments.integer("keep", 7, 1, kMostKept));
  OSLER_TRY(auto home, context.open_home());
  const std::string& folder = arguments.positional().front();
  OSLER_TRY(const auto made,
            backup::make(home, folder, {.keep = static_cast<std::size_t>(keep)}, context.progress));
  say_snapshot(context, made.snapshot);
  context.say("  new       " + counted(static_cast<std::int64_t>(made.new_objects), "object") +
              ", " + human_bytes(made.new_bytes) + " in " + fixed(made.seconds, 1) + " s; " +
              counted(static_cast<std::int64_t>(made.kept), "snapshot") + " kept");
  for (const auto& path : made.left_out) {
    context.say("  left out  " + path + ": neither a file nor a folder");
  }
  context.say("\n  It holds keys and patient data: keep it as you keep the home.");
  context.say("  try it    osler restore " + folder + " --check");
  return Outcome{.document = dump_json(to_json(made)),
                 .exit_code = made.snapshot.damaged.empty() ? 0 : kSomethingLost};
}

}  // namespace

Verb backup_verb() {
  return {.usage = {.verb = "backup",
                    .summary = "copy the home, while others work on it, into a folder",
                    .form = "DIR [options]",
                    .examples = {"osler backup /mnt/backup/osler",
                                 "osler backup /mnt/backup/osler --keep 30 --json"},
                    .remarks =
                        "DIR must be a folder of its own, on another disk. It gets a snapshot of "
                        "database, keys, models,\nruns and settings, and every object that it "
                        "has not got yet. A snapshot that has a name is whole.\nThe backup holds "
                        "keys and patient data: it must be kept like the home itself.",
                    .options = {{"keep", "N", "snapshots that stay, default 7"}},
                    .least = 1,
                    .most = 1,
                    .exit_codes = "0 done   64 usage   65 done, but the home itself has lost "
                                  "something (\"damaged\"), or refused   75 try again",
                    .more = "docs/guides/operate.md"},
          .run = run};
}

}  // namespace osler::cli
