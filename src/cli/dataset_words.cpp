#include "cli/dataset_words.h"

#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace osler::cli {
namespace {

Result<std::array<double, 3>> fractions(const std::string& text) {
  const auto parts = split(text, ',');
  std::array<double, 3> result{};
  bool good = parts.size() == 3;
  double sum = 0.0;
  for (std::size_t i = 0; good && i < 3; ++i) {
    const auto number = parse_number(parts[i]);
    good = number && *number >= 0.0 && *number <= 1.0;
    result[i] = number.value_or(0.0);
    sum += result[i];
  }
  if (!good || sum < 0.999 || sum > 1.001) {
    return Error(ErrorCode::InvalidArgument,
                 "--fractions takes three shares that sum to 1, not \"" + text + "\"")
        .hint("for example --fractions 0.7,0.15,0.15");
  }
  return result;
}

Result<study::Duplicates> duplicates(const std::string& word) {
  for (const auto kind :
       {study::Duplicates::Refuse, study::Duplicates::KeepTogether, study::Duplicates::Drop}) {
    if (study::to_string(kind) == word) {
      return kind;
    }
  }
  return Error(ErrorCode::InvalidArgument,
               "--duplicates takes refuse, keep_together or drop, not \"" + word + "\"");
}

}  // namespace

Result<study::Study> study_from(const Arguments& arguments, const std::string& name) {
  study::Study study;
  study.name = name;
  study.label.column = arguments.text("label").value_or("label");
  study.finding.label = study.label.column;
  if (const auto positive = arguments.text("positive")) {
    study.label.positive = split(*positive, ',');
  }
  study.label.contains = arguments.text("contains").value_or("");
  study.data.keys.study = arguments.text("study-column").value_or("study");
  study.data.keys.file = arguments.text("file-column").value_or("file");
  study.data.keys.patient = arguments.text("patient-column").value_or("");
  if (const auto keep = arguments.text("keep")) {
    study.data.attributes = split(*keep, ',');
  }
  study.data.accept_burned_in_text = arguments.has("accept-burned-in-text");
  study.split.column = arguments.text("split-column").value_or("");
  if (const auto text = arguments.text("fractions")) {
    OSLER_TRY(study.split.fractions, fractions(*text));
  }
  if (const auto stratify = arguments.text("stratify")) {
    study.split.stratify = split(*stratify, ',');
  }
  OSLER_TRY(const auto seed, arguments.integer("seed", 1, 0, INT64_MAX));
  study.split.seed = static_cast<std::uint64_t>(seed);
  OSLER_TRY(study.duplicates, duplicates(arguments.text("duplicates").value_or("refuse")));
  return study;
}

namespace {

std::vector<Option> label_options() {
  return {{"label", "COLUMN", "the column that says whether a film has the finding; default label"},
          {"positive", "A,B", "its values that mean yes; default 1"},
          {"contains", "WORD", "instead: yes where one of its |-parted values is WORD"},
          {"keep", "A,B", "columns to keep with each film"}};
}

}  // namespace

Verb dataset_verb(Usage usage, decltype(Verb::run) run) {
  for (const auto& list : {label_options(), split_options()}) {
    usage.options.insert(usage.options.end(), list.begin(), list.end());
  }
  return {.usage = std::move(usage), .run = std::move(run)};
}

Result<Outcome> make_and_say(const Context& context, const study::Study& study) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto made, workflow::make_dataset(home, study, context.progress));
  say_dataset(context, made);
  return Outcome{.document = dump_json(workflow::to_json(made))};
}

std::vector<Option> split_options() {
  return {{"fractions", "T,V,E", "shares of train, validation and test; default 0.7,0.15,0.15"},
          {"split-column", "COLUMN", "instead: a column that gives the part"},
          {"stratify", "A,B", "columns to balance beside the label"},
          {"seed", "N", "of the split, default 1"},
          {"duplicates", "WHAT", "films with equal pixels: refuse (default), keep_together, drop"}};
}

void say_dataset(const Context& context, const workflow::MadeDataset& made) {
  const auto splits = dataset::count_splits(made.manifest);
  std::set<std::string> patients;
  for (const auto& item : made.manifest.items) {
    patients.insert(item.patient);
  }
  patients.erase("");
  const auto number = [](std::uint64_t count) {
    return with_thousands(static_cast<std::int64_t>(count));
  };
  context.say(made.version.name + " v" + std::to_string(made.version.number) + "   " +
              number(made.manifest.items.size()) + " films   " +
              (patients.empty() ? "no patient ids" : number(patients.size()) + " patients") +
              "   train " + number(splits.train) + ", validation " + number(splits.validation) +
              ", test " + number(splits.test) + "   " + made.version.digest.hex().substr(0, 8));
  for (const auto& [why, count] : made.left_out) {
    context.say("  left out " + number(count) + "   " + why);
  }
  if (made.unlabelled > 0) {
    context.say("  left out " + number(made.unlabelled) + "   no answer in the label column");
  }
  if (made.unknown_rows > 0) {
    context.say("  " + number(made.unknown_rows) + " rows of the labels speak of no film");
  }
  context.say("  audit    " + number(made.audit.duplicates.size()) + " duplicate groups, " +
              number(made.audit.across_splits) + " across the splits; " +
              number(made.audit.patients.size()) + " patients across the splits" +
              (made.treated.dropped + made.treated.moved > 0
                   ? "; " + number(made.treated.dropped) + " dropped, " +
                         number(made.treated.moved) + " moved"
                   : ""));
}

}  // namespace osler::cli
