#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto model, workflow::retire_model(home, arguments.positional().front(),
                                                     arguments.text("reason").value_or("")));
  context.say(model.reference() + " is retired, " + model.digest.substr(0, 8));
  return Outcome{.document = dump_json({{"model", model.name},
                                        {"version", model.version},
                                        {"stage", model.stage},
                                        {"digest", model.digest}})};
}

}  // namespace

Verb model_retire_verb() {
  return {.usage = {.verb = "model retire",
                    .summary = "take a version out of service for good",
                    .form = "MODEL[@N] [options]",
                    .examples = {"osler model retire chest-opacity@1 --reason \"replaced\""},
                    .remarks = "It gives no result any more; its package and history stay.",
                    .options = {{"reason", "TEXT", "kept in the history"}},
                    .least = 1,
                    .most = 1},
          .run = run};
}

}  // namespace osler::cli
