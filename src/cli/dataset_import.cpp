#include <filesystem>

#include "base/text.h"
#include "cli/dataset_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const std::filesystem::path path = arguments.positional().front();
  const bool npz = path.extension() == ".npz";
  OSLER_TRY(auto study,
            study_from(arguments, arguments.text("name").value_or(lower(path.stem().string()))));
  study.data.source = npz ? study::Source::Npz : study::Source::Folder;
  study.data.path = {.written = path.string(), .resolved = path};
  if (npz) {
    study.label.column = "label";
    study.finding.label = arguments.text("label").value_or("label");
  } else {
    const auto labels = arguments.text("labels");
    if (!labels) {
      return Error(ErrorCode::InvalidArgument, "a folder of pictures needs --labels CSV")
          .hint("see osler dataset import --help");
    }
    study.data.labels = {.written = *labels, .resolved = *labels};
  }
  return make_and_say(context, study);
}

}  // namespace

Verb dataset_import_verb() {
  Usage usage{.verb = "dataset import",
              .summary = "make a data set from a folder of pictures or a MedMNIST file",
              .form = "PATH [options]",
              .examples = {"osler dataset import pneumoniamnist.npz --duplicates drop",
                           "osler dataset import films/ --labels films.csv --file-column image "
                           "--patient-column patient_id --label view --positive AP"},
              .remarks =
                  "PATH is an .npz with MedMNIST's arrays (train_images, train_labels, …), or "
                  "a folder of PNG and JPEG files with --labels.",
              .options = {{"name", "NAME", "of the data set; default: the path's last part"},
                          {"labels", "CSV", "one row a picture"},
                          {"file-column", "COLUMN", "its file, default file"},
                          {"patient-column", "COLUMN", "its patient, for a split by patient"}},
              .least = 1,
              .most = 1,
              .more = "docs/guides/first-study.md"};
  return dataset_verb(std::move(usage), run);
}

}  // namespace osler::cli
