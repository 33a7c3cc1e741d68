#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/dataset_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

// The one label of the items, unless it was named.
Result<std::string> label_of(workflow::Home& home, const Arguments& arguments) {
  if (const auto given = arguments.text("label")) {
    return *given;
  }
  OSLER_TRY(const auto version, home.catalogue().find(arguments.positional().front()));
  OSLER_TRY(const auto manifest, home.catalogue().manifest(version));
  for (const auto& item : manifest.items) {
    if (item.labels.size() == 1) {
      return item.labels.begin()->first;
    }
  }
  return std::string();
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto study, study_from(arguments, "split"));
  OSLER_TRY(auto home, context.open_home());
  workflow::SplitRequest request{.reference = arguments.positional().front(),
                                 .split = study.split,
                                 .duplicates = study.duplicates,
                                 .label = {}};
  OSLER_TRY(request.label, label_of(home, arguments));
  OSLER_TRY(const auto made, workflow::split_dataset(home, request));
  say_dataset(context, made);
  return Outcome{.document = dump_json(workflow::to_json(made))};
}

}  // namespace

Verb dataset_split_verb() {
  Usage usage{.verb = "dataset split",
              .summary = "split a version anew by patient; the result is a new version",
              .form = "NAME[@vN] [options]",
              .examples = {"osler dataset split chest --fractions 0.6,0.2,0.2 --seed 3 "
                           "--duplicates keep_together"},
              .remarks = "No patient is ever in two parts. The same seed gives the same split.",
              .options = {{"label", "NAME", "balanced over the parts; default: the only one"}},
              .least = 1,
              .most = 1};
  const auto list = split_options();
  usage.options.insert(usage.options.end(), list.begin(), list.end());
  return {.usage = std::move(usage), .run = run};
}

}  // namespace osler::cli
