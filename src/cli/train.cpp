#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/study_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto request, run_request(arguments, arguments.positional().front()));
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto result, workflow::train_study(home, request, context.progress));
  say_result(context, result);
  return Outcome{.document = dump_json(workflow::to_json(result))};
}

}  // namespace

Verb train_verb() {
  return {
      .usage = {.verb = "train",
                .summary = "run a study: data, training, calibration, evaluation, gates, package",
                .form = "STUDY.yaml [options]",
                .examples = {"osler train examples/pneumoniamnist.yaml --data imaging/medmnist",
                             "osler train study.yaml --data cohort/ --seed 7 --json",
                             "osler train study.yaml --sign-off \"C. Lead: known limit of the "
                             "pilot; D. Chief: agreed for shadow use\""},
                .remarks =
                    "One file describes the whole study; see docs/guides/study-file.md. What is in "
                    "the home already is not taken in twice.\nAfter a stop the same command goes "
                    "on where it was, to the same result. Gates that do not pass block the model.",
                .options = run_options(),
                .least = 1,
                .most = 1,
                .more = "docs/guides/study-file.md"},
      .run = run};
}

}  // namespace osler::cli
