#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/verbs.h"
#include "dataset/leakage.h"

namespace osler::cli {
namespace {

using Counts = std::map<std::string, std::map<std::string, std::size_t>>;

// Label value by split: {"opacity=1": {"train": 300, …}}.
Counts count_labels(const dataset::Manifest& manifest) {
  Counts counts;
  for (const auto& item : manifest.items) {
    for (const auto& [label, value] : item.labels) {
      ++counts[label + "=" + value][item.split.empty() ? "none" : item.split];
    }
  }
  return counts;
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto version, home.catalogue().find(arguments.positional().front()));
  OSLER_TRY(const auto manifest, home.catalogue().manifest(version));
  const auto splits = dataset::count_splits(manifest);
  const auto audit = dataset::audit(manifest);
  const auto labels = count_labels(manifest);
  context.say(version.reference() + "   " + with_thousands(version.items) + " films   " +
              version.digest.hex());
  context.say("  made     " + version.created + ", " + version.note);
  for (const auto& [key, value] : manifest.origin) {
    context.say("  from     " + key + ": " + value);
  }
  context.say("  split    train " + std::to_string(splits.train) + ", validation " +
              std::to_string(splits.validation) + ", test " + std::to_string(splits.test));
  for (const auto& [label, counts] : labels) {
    std::string line = "  label    " + label + ":";
    for (const auto& [part, count] : counts) {
      line += " " + part + " " + std::to_string(count);
    }
    context.say(line);
  }
  context.say("  audit    " + std::to_string(audit.duplicates.size()) + " duplicate groups, " +
              std::to_string(audit.across_splits) + " across the splits; " +
              std::to_string(audit.patients.size()) + " patients across the splits");
  return Outcome{
      .document = dump_json(
          {{"dataset", version.name},
           {"version", version.number},
           {"items", manifest.items.size()},
           {"digest", version.digest.hex()},
           {"parent", version.parent ? Json(version.parent->hex()) : Json()},
           {"origin", manifest.origin},
           {"splits",
            {{"train", splits.train}, {"validation", splits.validation}, {"test", splits.test}}},
           {"labels", labels},
           {"audit",
            {{"duplicate_groups", audit.duplicates.size()},
             {"across_splits", audit.across_splits},
             {"patients_across_splits", audit.patients.size()}}}})};
}

}  // namespace

Verb dataset_show_verb() {
  return {.usage = {.verb = "dataset show",
                    .summary = "one version: where it came from, its parts and labels, its audit",
                    .form = "NAME[@vN] [options]",
                    .examples = {"osler dataset show chest", "osler dataset show chest@v2 --json"},
                    .remarks = {},
                    .options = {},
                    .least = 1,
                    .most = 1},
          .run = run};
}

}  // namespace osler::cli
