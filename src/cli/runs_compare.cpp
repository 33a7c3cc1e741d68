#include <map>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/runs_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

// Every leaf of a document by its path: "study.training.optimiser.batch" -> "64".
void flatten(const Json& document, const std::string& path,
             std::map<std::string, std::string>& leaves) {
  if (document.is_object()) {
    for (const auto& entry : document.items()) {
      flatten(entry.value(), path.empty() ? entry.key() : path + "." + entry.key(), leaves);
    }
    return;
  }
  leaves[path] = dump_json(document);
}

// Where two documents differ: {path: [in the first, in the second]}.
Json differences(const Json& first, const Json& second) {
  std::map<std::string, std::string> one;
  std::map<std::string, std::string> two;
  flatten(first, "", one);
  flatten(second, "", two);
  Json found = Json::object();
  for (const auto& [path, value] : one) {
    if (two[path] != value) {
      found[path] = {value, two[path]};
    }
  }
  for (const auto& [path, value] : two) {
    if (!one.contains(path)) {
      found[path] = {"", value};
    }
  }
  return found;
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto first, workflow::find_run(home, arguments.positional()[0]));
  OSLER_TRY(const auto second, workflow::find_run(home, arguments.positional()[1]));
  const Json one = to_json(first);
  const Json two = to_json(second);
  const Json parameters = differences(one["parameters"], two["parameters"]);
  context.say(first.name() + "   " + first.dataset + ", seed " + std::to_string(first.seed) +
              "   " + primary_metric(first));
  context.say(second.name() + "   " + second.dataset + ", seed " + std::to_string(second.seed) +
              "   " + primary_metric(second));
  for (const auto& entry : parameters.items()) {
    context.say("  " + entry.key() + "   " + entry.value()[0].get<std::string>() + "   " +
                entry.value()[1].get<std::string>());
  }
  if (parameters.empty()) {
    context.say("  the same study");
  }
  return Outcome{.document =
                     dump_json({{"first", one}, {"second", two}, {"differences", parameters}})};
}

}  // namespace

Verb runs_compare_verb() {
  return {.usage = {.verb = "runs compare",
                    .summary = "two runs side by side: results, and where their studies differ",
                    .form = "RUN RUN [options]",
                    .examples = {"osler runs compare r3 r7"},
                    .remarks = {},
                    .options = {},
                    .least = 2,
                    .most = 2},
          .run = run};
}

}  // namespace osler::cli
