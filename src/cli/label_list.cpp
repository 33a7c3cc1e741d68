#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/label_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments&) {
  OSLER_TRY(auto home, open_labelling(context));
  OSLER_TRY(const auto projects, workflow::labelling::list(home, at_this_machine(home)));
  Json list = Json::array();
  for (const auto& project : projects) {
    context.say(project_line(project));
    list.push_back(workflow::labelling::to_json(project));
  }
  if (projects.empty()) {
    context.say("no labelling project yet: osler label create");
  }
  return Outcome{.document = dump_json({{"projects", std::move(list)}})};
}

}  // namespace

Verb label_list_verb() {
  return {.usage = {.verb = "label list",
                    .summary = "all labelling projects and how far they are",
                    .form = "[options]",
                    .examples = {"osler label list", "osler label list --json"},
                    .remarks = {},
                    .options = {},
                    .more = "docs/guides/labelling.md"},
          .run = run};
}

}  // namespace osler::cli
