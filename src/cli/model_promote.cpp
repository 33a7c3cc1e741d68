#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto stage = arguments.text("to");
  if (!stage) {
    return Error(ErrorCode::InvalidArgument, "osler model promote needs --to shadow or production")
        .hint("see osler model promote --help");
  }
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto model, workflow::promote_model(home, arguments.positional().front(), *stage,
                                                      arguments.text("reason").value_or("")));
  context.say(model.reference() + " is in " + model.stage + ", " + model.digest.substr(0, 8));
  return Outcome{.document = dump_json({{"model", model.name},
                                        {"version", model.version},
                                        {"stage", model.stage},
                                        {"digest", model.digest}})};
}

}  // namespace

Verb model_promote_verb() {
  return {
      .usage =
          {.verb = "model promote",
           .summary = "move a model to shadow or production",
           .form = "MODEL[@N] --to STAGE [options]",
           .examples =
               {"osler model promote chest-opacity --to shadow",
                "osler model promote chest-opacity@2 --to production --reason \"gates passed\""},
           .remarks = "Its package is verified first. One version is in production; the former "
                      "steps back to shadow.",
           .options = {{"to", "STAGE", "shadow or production"},
                       {"reason", "TEXT", "kept in the history"}},
           .least = 1,
           .most = 1},
      .run = run};
}

}  // namespace osler::cli
