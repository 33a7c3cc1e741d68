#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/runs_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto found, workflow::find_run(home, arguments.positional().front()));
  context.say(found.name() + "   " + found.study + "   " + found.state);
  context.say("  data     " + found.dataset + ", seed " + std::to_string(found.seed));
  context.say("  result   " + primary_metric(found));
  context.say("  time     " + found.started + " to " + found.ended);
  context.say("  system   " + found.system);
  context.say("  folder   " + workflow::run_folder(home, found.number).string());
  context.say("  study    " + found.parameters);
  return Outcome{.document = dump_json(to_json(found))};
}

}  // namespace

Verb runs_show_verb() {
  return {.usage = {.verb = "runs show",
                    .summary = "one run: study, data, seed, system, metrics, files",
                    .form = "RUN [options]",
                    .examples = {"osler runs show r3", "osler runs show r3 --json"},
                    .remarks = {},
                    .options = {},
                    .least = 1,
                    .most = 1},
          .run = run};
}

}  // namespace osler::cli
