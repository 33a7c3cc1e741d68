#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments&) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto models, workflow::list_models(home));
  Json list = Json::array();
  for (const auto& model : models) {
    std::string name = model.reference();
    name.resize(std::max<std::size_t>(32, name.size() + 1), ' ');
    std::string stage = model.stage;
    stage.resize(14, ' ');
    context.say(name + stage + model.digest.substr(0, 8));
    list.push_back({{"model", model.name},
                    {"version", model.version},
                    {"stage", model.stage},
                    {"digest", model.digest},
                    {"package", model.folder.string()}});
  }
  if (models.empty()) {
    context.say("no model yet: osler train, or osler model import");
  }
  return Outcome{.document = dump_json({{"models", std::move(list)}})};
}

}  // namespace

Verb model_list_verb() {
  return {.usage = {.verb = "model list",
                    .summary = "all registered models and their stages",
                    .form = "[options]",
                    .examples = {"osler model list", "osler model list --json"},
                    .remarks = {},
                    .options = {}},
          .run = run};
}

}  // namespace osler::cli
