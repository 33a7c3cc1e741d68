#include "workflow/make_dataset.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "dataset/split.h"
#include "workflow/internal/source_films.h"

namespace osler::workflow {
namespace {

using dataset::Manifest;
using internal::SourceFilms;

Result<SourceFilms> read_source(Home& home, const study::Study& study, Progress& progress) {
  switch (study.data.source) {
    case study::Source::Npz:
      return internal::films_of_npz(home, study.data.path.resolved, progress);
    case study::Source::Folder:
      return internal::films_of_folder(home, study, progress);
    case study::Source::Dicom:
      return internal::films_of_archive(home, study, progress);
    case study::Source::Dataset:
      return internal::films_of_dataset(home, study, progress);
  }
  return Error(ErrorCode::Internal, "an unknown source of films");
}

// Turns the label column's words into the study's answer, 1 or 0, under the finding's name; films
// without an answer have none.
Result<std::size_t> answer(Manifest& manifest, const study::Study& study) {
  std::size_t unlabelled = 0;
  std::size_t positive = 0;
  for (auto& item : manifest.items) {
    const auto given = item.labels.find(study.label.column);
    const auto read = given == item.labels.end() ? std::nullopt : study.label.read(given->second);
    item.labels.clear();
    if (read) {
      item.labels[study.finding.label] = *read ? "1" : "0";
      positive += *read ? 1U : 0U;
    } else {
      ++unlabelled;
    }
  }
  if (positive == 0 || positive + unlabelled == manifest.items.size()) {
    return Error(ErrorCode::FailedPrecondition,
                 "the label has one value only: " + std::to_string(positive) + " of " +
                     std::to_string(manifest.items.size()) + " films have the finding")
        .at("label.column " + study.label.column)
        .hint("check label.positive and label.contains in the study file");
  }
  return unlabelled;
}

// Whether the data came with parts that the study leaves as they are.
bool keeps_its_parts(const Manifest& manifest, const study::Study& study) {
  if (study.split.fractions || !study.split.column.empty()) {
    return false;
  }
  return study.data.source == study::Source::Npz ||
         (study.data.source == study::Source::Dataset &&
          std::ranges::any_of(manifest.items,
                              [](const dataset::Item& item) { return !item.split.empty(); }));
}

Result<void> split(Manifest& manifest, const study::Split& wanted, study::Duplicates duplicates,
                   const std::string& label) {
  if (!wanted.column.empty()) {
    return dataset::split_as_given(manifest, wanted.column);
  }
  const auto parts = wanted.parts();
  manifest.origin["split_seed"] = std::to_string(wanted.seed);
  return dataset::split_by_patient(
      manifest, {.train = parts[0],
                 .validation = parts[1],
                 .test = parts[2],
                 .seed = wanted.seed,
                 .label = label,
                 .stratify = wanted.stratify,
                 .keep_duplicates_together = duplicates == study::Duplicates::KeepTogether});
}

dataset::LeakageTreatment treatment(study::Duplicates duplicates) {
  switch (duplicates) {
    case study::Duplicates::KeepTogether:
      return dataset::LeakageTreatment::KeepTogether;
    case study::Duplicates::Drop:
      return dataset::LeakageTreatment::Drop;
    case study::Duplicates::Refuse:
      break;
  }
  return dataset::LeakageTreatment::Refuse;
}

Result<void> audit(MadeDataset& made, study::Duplicates duplicates, Progress& progress) {
  progress.begin("audit", 0);
  made.audit = dataset::audit(made.manifest);
  progress.end(counted(static_cast<std::int64_t>(made.audit.duplicates.size()), "duplicate group") +
               ", " + std::to_string(made.audit.across_splits) + " across the splits; " +
               counted(static_cast<std::int64_t>(made.audit.patients.size()), "patient") +
               " across the splits");
  OSLER_TRY(made.treated, dataset::treat(made.manifest, treatment(duplicates)));
  made.manifest.origin["duplicates"] = std::string(study::to_string(duplicates));
  return {};
}

Result<void> store(Home& home, MadeDataset& made, const std::string& name, std::string note,
                   std::optional<crypto::Digest> parent) {
  OSLER_TRY(auto change, storage::Transaction::begin(home.database()));
  OSLER_TRY(auto created,
            home.catalogue().create(
                change, {.name = name, .parent = parent, .note = std::move(note)}, made.manifest));
  if (created.is_new) {
    OSLER_TRY_DO(home.audit().append(
        change, home.event("dataset.create", {{"dataset", created.version.reference()},
                                              {"digest", created.version.digest.hex()}})));
  }
  OSLER_TRY_DO(change.commit());
  made.version = std::move(created.version);
  return {};
}

}  // namespace

Result<MadeDataset> make_dataset(Home& home, const study::Study& study, Progress& progress) {
  OSLER_TRY(SourceFilms films, read_source(home, study, progress));
  MadeDataset made;
  made.manifest = std::move(films.manifest);
  made.left_out = std::move(films.left_out);
  made.unknown_rows = films.unknown_rows;
  OSLER_TRY(made.unlabelled, answer(made.manifest, study));
  std::erase_if(made.manifest.items, [](const dataset::Item& item) { return item.labels.empty(); });
  if (!keeps_its_parts(made.manifest, study)) {
    if (auto done = split(made.manifest, study.split, study.duplicates, study.finding.label);
        !done) {
      return std::move(done).error().at("the split of data set " + study.name);
    }
  }
  OSLER_TRY_DO(audit(made, study.duplicates, progress));
  if (study.split.train_share < 1.0) {
    dataset::keep_train_share(made.manifest, study.split.train_share, study.split.seed,
                              study.finding.label);
    made.manifest.origin["train_share"] = fixed(study.split.train_share, 4);
  }
  OSLER_TRY_DO(store(home, made, study.name, "from study " + study.name, films.parent));
  return made;
}

Result<MadeDataset> split_dataset(Home& home, const SplitRequest& request) {
  OSLER_TRY(const auto parent, home.catalogue().find(request.reference));
  MadeDataset made;
  OSLER_TRY(made.manifest, home.catalogue().manifest(parent));
  if (auto done = split(made.manifest, request.split, request.duplicates, request.label); !done) {
    return std::move(done).error().at("the split of data set " + parent.name);
  }
  NoProgress silent;
  OSLER_TRY_DO(audit(made, request.duplicates, silent));
  OSLER_TRY_DO(store(home, made, parent.name, "split anew", parent.digest));
  return made;
}

Json to_json(const MadeDataset& made) {
  const auto splits = dataset::count_splits(made.manifest);
  return {{"dataset", made.version.name},
          {"version", made.version.number},
          {"items", made.manifest.items.size()},
          {"digest", made.version.digest.hex()},
          {"splits",
           {{"train", splits.train}, {"validation", splits.validation}, {"test", splits.test}}},
          {"left_out", made.left_out},
          {"unlabelled", made.unlabelled},
          {"unknown_rows", made.unknown_rows},
          {"audit",
           {{"duplicate_groups", made.audit.duplicates.size()},
            {"across_splits", made.audit.across_splits},
            {"patients_across_splits", made.audit.patients.size()},
            {"label_conflicts", made.audit.label_conflicts},
            {"moved", made.treated.moved},
            {"dropped", made.treated.dropped},
            {"pairs", made.audit.pairs()}}}};
}

}  // namespace osler::workflow
