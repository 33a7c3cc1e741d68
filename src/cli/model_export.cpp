#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto model, workflow::find_model(home, arguments.positional()[0]));
  const std::string& folder = arguments.positional()[1];
  OSLER_TRY_DO(workflow::export_model(home, model, folder));
  context.say(model.reference() + "   " + model.digest.substr(0, 8) + "   in " + folder);
  context.say("its public key is " + to_hex(home.signing_key().public_key) +
              ": another home trusts it as keys/trusted/NAME.pub");
  return Outcome{.document = dump_json({{"model", model.name},
                                        {"version", model.version},
                                        {"digest", model.digest},
                                        {"folder", folder},
                                        {"public_key", to_hex(home.signing_key().public_key)}})};
}

}  // namespace

Verb model_export_verb() {
  return {.usage = {.verb = "model export",
                    .summary = "copy a signed package to a new folder, verified before and after",
                    .form = "MODEL[@N] FOLDER [options]",
                    .examples = {"osler model export chest-opacity@1 package/"},
                    .remarks = {},
                    .options = {},
                    .least = 2,
                    .most = 2},
          .run = run};
}

}  // namespace osler::cli
