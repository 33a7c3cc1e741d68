#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto before_version, home.catalogue().find(arguments.positional()[0]));
  OSLER_TRY(const auto after_version, home.catalogue().find(arguments.positional()[1]));
  OSLER_TRY(const auto before, home.catalogue().manifest(before_version));
  OSLER_TRY(const auto after, home.catalogue().manifest(after_version));
  const auto found = dataset::diff(before, after);
  const auto number = [](std::size_t count) {
    return with_thousands(static_cast<std::int64_t>(count));
  };
  context.say(number(found.added.size()) + " films added, " + number(found.removed.size()) +
              " removed, " + number(found.relabelled.size()) + " labels changed, " +
              number(found.moved.size()) + " moved to another part; " + number(found.patients_new) +
              " patients new.");
  Json relabelled = Json::array();
  for (const auto& change : found.relabelled) {
    relabelled.push_back(
        {{"id", change.id}, {"label", change.label}, {"from", change.from}, {"to", change.to}});
  }
  Json moved = Json::array();
  for (const auto& change : found.moved) {
    moved.push_back({{"id", change.id}, {"from", change.from}, {"to", change.to}});
  }
  return Outcome{.document = dump_json({{"before", before_version.reference()},
                                        {"after", after_version.reference()},
                                        {"added", found.added},
                                        {"removed", found.removed},
                                        {"replaced", found.replaced},
                                        {"relabelled", std::move(relabelled)},
                                        {"moved", std::move(moved)},
                                        {"patients_new", found.patients_new},
                                        {"patients_gone", found.patients_gone}})};
}

}  // namespace

Verb dataset_diff_verb() {
  return {.usage = {.verb = "dataset diff",
                    .summary = "what changed from one version to another",
                    .form = "BEFORE AFTER [options]",
                    .examples = {"osler dataset diff chest@v1 chest@v2"},
                    .remarks = {},
                    .options = {},
                    .least = 2,
                    .most = 2},
          .run = run};
}

}  // namespace osler::cli
