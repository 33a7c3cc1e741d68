#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "dataset/label.h"
#include "dicom/deidentify/deidentify.h"
#include "workflow/films.h"
#include "workflow/internal/source_films.h"
#include "workflow/take_in.h"

namespace osler::workflow::internal {
namespace {

// Films that no data set is made from, whatever the study says.
constexpr std::array<std::string_view, 5> kUnfit{"blank", "no_pixels", "not_decodable", "revision",
                                                 "no_patient_id"};

struct Row {
  dataset::Item item;
  std::vector<std::string> quality;
  bool burned_in = false;
};

Result<Row> read_row(const storage::Statement& rows) {
  Row row;
  row.item.id = rows.text(0);
  OSLER_TRY(row.item.object, rows.digest(1));
  row.item.patient = rows.text(2);
  row.item.media = kMediaDicom;
  OSLER_TRY(const Json attributes, parse_json(rows.text(3), "research copies"));
  row.item.attributes = attributes.get<dataset::Fields>();
  OSLER_TRY(const Json quality, parse_json(rows.text(4), "research copies"));
  row.quality = quality.get<std::vector<std::string>>();
  row.burned_in = rows.integer(5) != 0;
  if (!rows.is_null(6)) {
    OSLER_TRY(row.item.pixels, rows.digest(6));
  }
  return row;
}

// Why the film is left out, or nothing.
std::string unfit_because(const Row& row, const study::Study& study) {
  for (const auto& label : row.quality) {
    if (std::ranges::find(kUnfit, label) != kUnfit.end()) {
      return label;
    }
  }
  if (row.item.patient.empty()) {
    return "no patient ID";
  }
  if (row.burned_in && !study.data.accept_burned_in_text) {
    return "may carry burned-in text";
  }
  return {};
}

Result<SourceFilms> research_films(Home& home, const study::Study& study) {
  SourceFilms films;
  films.manifest.origin = {{"source", "dicom"}, {"deidentification", "PS3.15 Basic, research"}};
  OSLER_TRY(auto rows, home.database().prepare(
                           "SELECT sop_instance_uid, digest, patient, attributes, quality, "
                           "burned_in, pixels FROM research ORDER BY sop_instance_uid"));
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return films;
    }
    OSLER_TRY(Row row, read_row(rows));
    const std::string why = unfit_because(row, study);
    if (why.empty()) {
      films.manifest.items.push_back(std::move(row.item));
    } else {
      ++films.left_out[why];
    }
  }
}

Result<void> label(Home& home, SourceFilms& films, const study::Study& study) {
  OSLER_TRY(const std::string text, read_text(study.data.labels.resolved));
  OSLER_TRY(const auto table,
            CsvTable::parse(text, study.data.labels.resolved.filename().string()));
  OSLER_TRY(const auto pseudonyms, dicom::deidentify::Pseudonyms::create(home.pseudonym_key()));
  // Labels speak of the hospital's study UIDs, the copies carry pseudonymous ones.
  dataset::LabelOptions options{
      .key_column = study.data.keys.study,
      .match = "study",
      .labels = {study.label.column},
      .attributes = study.data.attributes,
      .patient_column = {},
      .translate = [&](std::string_view uid) { return pseudonyms.uid(uid); }};
  std::ranges::copy(study.data.finding_attributes, std::back_inserter(options.attributes));
  if (!study.split.column.empty()) {
    options.attributes.push_back(study.split.column);
  }
  OSLER_TRY(const auto report, dataset::join_labels(films.manifest, table, options));
  films.unknown_rows = report.unknown.size();
  films.manifest.origin["labels"] = crypto::sha256(text).hex();
  // Films that no row speaks of belong to other work.
  const std::size_t before = films.manifest.items.size();
  std::erase_if(films.manifest.items, [&](const dataset::Item& item) {
    return !item.labels.contains(study.label.column);
  });
  if (before > films.manifest.items.size()) {
    films.left_out["no label"] += before - films.manifest.items.size();
  }
  return {};
}

}  // namespace

Result<SourceFilms> films_of_archive(Home& home, const study::Study& study, Progress& progress) {
  if (!study.data.path.written.empty()) {
    TakeInOptions options{.paths = {study.data.path.resolved}, .deidentify = true, .history = true};
    OSLER_TRY_DO(take_in(home, options, progress));
  }
  progress.begin("data", 0);
  OSLER_TRY(auto films, research_films(home, study));
  if (films.manifest.items.empty()) {
    return Error(ErrorCode::FailedPrecondition, "no film with a research copy has been taken in")
        .at(home.folder().string())
        .hint("take films in with osler ingest, then make research copies with osler deidentify");
  }
  OSLER_TRY_DO(label(home, films, study));
  progress.end(counted(static_cast<std::int64_t>(films.manifest.items.size()), "film"));
  return films;
}

}  // namespace osler::workflow::internal
