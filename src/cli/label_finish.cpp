#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/label_words.h"
#include "cli/verbs.h"
#include "workflow/labelling/finish.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto id, labelling_project(arguments.positional().front()));
  OSLER_TRY(auto home, open_labelling(context));
  OSLER_TRY(
      const auto finished,
      workflow::labelling::finish(home, id, at_this_machine(home),
                                  {.leave_out_unanswered = arguments.has("leave-out-unanswered")}));
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  context.say(finished.version.reference() + "   " + counted(number(finished.films), "film") +
              "   " + finished.version.digest.hex().substr(0, 8));
  if (finished.left_out > 0) {
    context.say("  left out " + with_thousands(number(finished.left_out)) +
                "   not answered by both readers");
  }
  if (finished.unsettled > 0) {
    context.say("  " + counted(number(finished.unsettled), "label") +
                " left open: the adjudicator was unsure");
  }
  context.say("  train on it with data: {source: dataset, version: " +
              finished.version.short_digest() + "}");
  return Outcome{.document = dump_json(workflow::labelling::to_json(finished))};
}

}  // namespace

Verb label_finish_verb() {
  return {
      .usage = {.verb = "label finish",
                .summary = "close a project: its labels become a new version of the data set",
                .form = "PROJECT [options]",
                .examples = {"osler label finish l1",
                             "osler label finish l1 --leave-out-unanswered"},
                .remarks = "Both readers must have answered every film, and the adjudicator must "
                           "have settled every disagreement.",
                .options = {{"leave-out-unanswered", "",
                             "leave out films that a reader has not answered"}},
                .least = 1,
                .most = 1,
                .more = "docs/guides/labelling.md"},
      .run = run};
}

}  // namespace osler::cli
