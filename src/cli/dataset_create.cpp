#include "cli/dataset_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto labels = arguments.text("labels");
  if (!labels) {
    return Error(ErrorCode::InvalidArgument, "osler dataset create needs --labels CSV")
        .hint("see osler dataset create --help");
  }
  OSLER_TRY(auto study, study_from(arguments, arguments.positional().front()));
  study.data.source = study::Source::Dicom;
  study.data.labels = {.written = *labels, .resolved = *labels};
  return make_and_say(context, study);
}

}  // namespace

Verb dataset_create_verb() {
  Usage usage{.verb = "dataset create",
              .summary = "make a data set from films taken in and a table of labels",
              .form = "NAME --labels CSV [options]",
              .examples = {"osler dataset create chest --labels cohort/labels.csv --label opacity "
                           "--keep site --duplicates drop"},
              .remarks =
                  "Research copies are joined to the table by study instance UID. Films that "
                  "are blank, or may carry burned-in text, are left out and counted.",
              .options = {{"labels", "CSV", "one row a study"},
                          {"study-column", "COLUMN", "its study instance UID, default study"},
                          {"accept-burned-in-text", "", "keep films that may carry text"}},
              .least = 1,
              .most = 1,
              .more = "docs/guides/first-study.md"};
  return dataset_verb(std::move(usage), run);
}

}  // namespace osler::cli
