#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto model, workflow::find_model(home, arguments.positional().front()));
  OSLER_TRY(const auto package, workflow::open_model(home, model));
  OSLER_TRY(const auto history, workflow::model_history(home, model.name));
  const auto& contents = package.contents();
  context.say(model.reference() + "   " + model.stage + "   " + model.digest);
  Json steps = Json::array();
  for (const auto& step : history) {
    const std::string stage(deploy::registry::to_string(step.to));
    context.say("  " + step.time + "   version " + std::to_string(step.version) + " to " + stage +
                ", " + step.actor + ": " + step.reason);
    steps.push_back({{"version", step.version},
                     {"to", stage},
                     {"actor", step.actor},
                     {"reason", step.reason},
                     {"time", step.time},
                     {"hash", step.hash.hex()}});
  }
  context.say("\n" + contents.card);
  const auto document = [](const std::string& text) {
    const auto parsed = parse_json(text, "package");
    return parsed ? *parsed : Json();
  };
  return Outcome{.document = dump_json({{"model", model.name},
                                        {"version", model.version},
                                        {"stage", model.stage},
                                        {"digest", model.digest},
                                        {"finding", document(contents.finding)},
                                        {"intended_use", document(contents.intended_use)},
                                        {"provenance", document(contents.provenance)},
                                        {"metrics", document(contents.metrics)},
                                        {"gates", document(contents.gates)},
                                        {"threshold", contents.score_map.threshold},
                                        {"card", contents.card},
                                        {"history", std::move(steps)}})};
}

}  // namespace

Verb model_show_verb() {
  return {.usage = {.verb = "model show",
                    .summary = "a model's history and its card",
                    .form = "MODEL[@N] [options]",
                    .examples = {"osler model show chest-opacity",
                                 "osler model show chest-opacity@1 --json"},
                    .remarks = {},
                    .options = {},
                    .least = 1,
                    .most = 1},
          .run = run};
}

}  // namespace osler::cli
