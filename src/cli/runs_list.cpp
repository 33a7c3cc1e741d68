#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/runs_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments&) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto runs, workflow::list_runs(home));
  Json list = Json::array();
  for (const auto& entry : runs) {
    std::string name = entry.name();
    name.resize(std::max<std::size_t>(6, name.size() + 1), ' ');
    context.say(name + entry.study + "   " + entry.kind + "   " + entry.dataset + "   seed " +
                std::to_string(entry.seed) + "   " + primary_metric(entry) + "   " + entry.started);
    list.push_back(to_json(entry));
  }
  if (runs.empty()) {
    context.say("no run yet: osler train STUDY.yaml");
  }
  return Outcome{.document = dump_json({{"runs", std::move(list)}})};
}

}  // namespace

Verb runs_list_verb() {
  return {.usage = {.verb = "runs list",
                    .summary = "all runs, newest first, with their primary metric",
                    .form = "[options]",
                    .examples = {"osler runs list", "osler runs list --json"},
                    .remarks = {},
                    .options = {}},
          .run = run};
}

}  // namespace osler::cli
