#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/verbs.h"
#include "dataset/leakage.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto version, home.catalogue().find(arguments.positional().front()));
  OSLER_TRY(const auto manifest, home.catalogue().manifest(version));
  const auto audit = dataset::audit(manifest);
  Json groups = Json::array();
  for (const auto& group : audit.duplicates) {
    context.say((group.across() ? "across  " : "        ") + join(group.splits, ", ") + "   " +
                join(group.ids, ", ") + (group.label_conflict ? "   labels differ" : ""));
    groups.push_back(
        {{"ids", group.ids}, {"splits", group.splits}, {"label_conflict", group.label_conflict}});
  }
  context.say(counted(static_cast<std::int64_t>(audit.duplicates.size()), "duplicate group") +
              ", " + std::to_string(audit.across_splits) + " across the splits, " +
              std::to_string(audit.label_conflicts) + " with different labels");
  return Outcome{.document = dump_json({{"duplicate_groups", audit.duplicates.size()},
                                        {"across_splits", audit.across_splits},
                                        {"patients_across_splits", audit.patients.size()},
                                        {"label_conflicts", audit.label_conflicts},
                                        {"groups", std::move(groups)},
                                        {"pairs", audit.pairs()}})};
}

}  // namespace

Verb audit_duplicates_verb() {
  return {.usage = {.verb = "audit duplicates",
                    .summary = "films of a data set that show the same pixels, by group",
                    .form = "NAME[@vN] [options]",
                    .examples = {"osler audit duplicates pneumoniamnist"},
                    .remarks = {},
                    .options = {},
                    .least = 1,
                    .most = 1},
          .run = run};
}

}  // namespace osler::cli
