#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto model, workflow::roll_back_model(home, arguments.positional().front(),
                                                        arguments.text("reason").value_or("")));
  context.say(model.reference() + " is in production again, " + model.digest.substr(0, 8));
  return Outcome{.document = dump_json({{"model", model.name},
                                        {"version", model.version},
                                        {"stage", model.stage},
                                        {"digest", model.digest}})};
}

}  // namespace

Verb model_rollback_verb() {
  return {.usage = {.verb = "model rollback",
                    .summary = "bring back the version that was in production before",
                    .form = "MODEL [options]",
                    .examples =
                        {"osler model rollback chest-opacity --reason \"more overrides since v2\""},
                    .remarks = "The present version goes to shadow.",
                    .options = {{"reason", "TEXT", "kept in the history"}},
                    .least = 1,
                    .most = 1},
          .run = run};
}

}  // namespace osler::cli
