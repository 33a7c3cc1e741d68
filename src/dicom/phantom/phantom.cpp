#include "dicom/phantom/phantom.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/csv.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "dicom/phantom/internal/cohort.h"

namespace osler::dicom::phantom {
namespace {

namespace fs = std::filesystem;

// A generated file needs no durability: it can be made again, and a thousand fsyncs take longer
// than a thousand films.
Result<void> write_plain(const fs::path& path, BytesView bytes) {
  std::ofstream file(path, std::ios::binary);
  const std::string_view text = as_text(bytes);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) {
    return file_error(errno, "write it", path);
  }
  return {};
}

Result<void> check(const fs::path& out, const Options& options) {
  if (options.studies == 0) {
    return Error(ErrorCode::InvalidArgument, "a cohort of no studies was asked for")
        .hint("give --studies a number from 1");
  }
  if (options.sites == 0 || options.sites > 26) {
    return Error(ErrorCode::InvalidArgument,
                 "a cohort has 1 to 26 sites, not " + std::to_string(options.sites))
        .hint("give --sites a number from 1 to 26");
  }
  std::error_code failed;
  if (fs::exists(out, failed) && (!fs::is_directory(out, failed) || !fs::is_empty(out, failed))) {
    return Error(ErrorCode::FailedPrecondition, "the cohort's folder already holds files")
        .at(out.string())
        .hint("choose another folder, or remove this one");
  }
  return {};
}

// What one study came to; filled by one thread, read after all are done.
struct Outcome {
  PixelBox opacity;
  std::uint64_t bytes = 0;
  std::optional<Error> error;
};

Result<void> write_study(const fs::path& out, const Cohort& cohort, const Study& study,
                         Outcome& outcome) {
  const Film film = make_film(cohort, study, FileKind::Film);
  outcome.opacity = film.opacity;
  for (const PlannedFile& file : study.files) {
    Bytes bytes;
    switch (file.kind) {
      case FileKind::Film:
      case FileKind::SameBytes:
        bytes = make_file(cohort, study, FileKind::Film, film);
        break;
      case FileKind::SamePixels:
        bytes = make_file(cohort, study, file.kind, film);
        break;
      default:
        bytes = make_file(cohort, study, file.kind, make_film(cohort, study, file.kind));
    }
    outcome.bytes += bytes.size();
    OSLER_TRY_DO(write_plain(out / file.path, bytes));
  }
  return {};
}

std::string labels_csv(const Cohort& cohort, const std::vector<Outcome>& outcomes) {
  const std::vector<std::string> head{
      "study",   "patient",  "age",      "sex",      "view",     "site",     "file",
      "opacity", "subtlety", "lesion_x", "lesion_y", "lesion_w", "lesion_h", "opacity_truth"};
  std::string text = csv_line(head);
  for (const Study& study : cohort.studies) {
    const Patient& patient = cohort.patients[study.patient];
    const PixelBox& box = outcomes[study.number].opacity;
    const auto lesion = [&](int value) { return study.truth ? std::to_string(value) : ""; };
    const std::vector<std::string> row{study.uid,
                                       patient.id,
                                       std::to_string(study.age),
                                       patient.sex == Sex::Female ? "F" : "M",
                                       study.view == View::Ap ? "AP" : "PA",
                                       site_folder(patient.site),
                                       study.files.front().path,
                                       study.label ? "1" : "0",
                                       lesion(study.subtlety),
                                       lesion(box.x),
                                       lesion(box.y),
                                       lesion(box.width),
                                       lesion(box.height),
                                       study.truth ? "1" : "0"};
    text += csv_line(row);
  }
  return text;
}

std::string_view defect_name(FileKind kind) {
  switch (kind) {
    case FileKind::SameBytes:
      return "same_bytes";
    case FileKind::SamePixels:
      return "same_pixels";
    case FileKind::Blank:
      return "blank";
    case FileKind::NoPatientId:
      return "no_patient_id";
    case FileKind::CutShort:
      return "cut_short";
    case FileKind::Film:
    case FileKind::Repeat:
      break;
  }
  return {};
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kStrayFiles{{
    {"README.txt", "Films of site A, copied from the archive. SYNTHETIC: no person is shown.\n"},
    {"Thumbs.db", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 not a picture of anyone"},
}};

std::string defects_csv(const Cohort& cohort) {
  std::string text = csv_line(std::vector<std::string>{"file", "defect", "of"});
  const auto add = [&text](const std::string& file, std::string_view defect,
                           const std::string& of) {
    text += csv_line(std::vector<std::string>{file, std::string(defect), of});
  };
  for (const auto& [name, content] : kStrayFiles) {
    add(site_folder(0) + "/" + std::string(name), "not_dicom", "");
  }
  for (const Study& study : cohort.studies) {
    const std::string& film = study.files.front().path;
    if (study.label != study.truth) {
      add(film, "wrong_label", "");
    }
    if (study.clipped) {
      add(film, "clipped", "");
    }
    for (const PlannedFile& file : study.files) {
      const bool copy = file.kind == FileKind::SameBytes || file.kind == FileKind::SamePixels;
      if (const std::string_view defect = defect_name(file.kind); !defect.empty()) {
        add(file.path, defect, copy ? film : "");
      }
    }
  }
  return text;
}

Summary summarise(const Cohort& cohort, const std::vector<Outcome>& outcomes) {
  Summary summary;
  summary.studies = cohort.studies.size();
  summary.patients = cohort.patients.size();
  summary.sites = cohort.options.sites;
  summary.not_dicom = kStrayFiles.size();
  summary.files = kStrayFiles.size();
  for (const auto& [name, content] : kStrayFiles) {
    summary.bytes += content.size();
  }
  const auto count = [](const Study& study, FileKind kind) {
    return static_cast<std::size_t>(
        std::count_if(study.files.begin(), study.files.end(),
                      [kind](const PlannedFile& file) { return file.kind == kind; }));
  };
  for (const Study& study : cohort.studies) {
    summary.bytes += outcomes[study.number].bytes;
    summary.files += study.files.size();
    summary.positives += study.label ? 1 : 0;
    summary.wrong_labels += study.label != study.truth ? 1 : 0;
    summary.clipped += study.clipped ? 1 : 0;
    summary.repeats += count(study, FileKind::Repeat);
    summary.duplicates += count(study, FileKind::SameBytes) + count(study, FileKind::SamePixels);
    summary.blank += count(study, FileKind::Blank);
    summary.without_patient_id += count(study, FileKind::NoPatientId);
    summary.cut_short += count(study, FileKind::CutShort);
  }
  return summary;
}

// All studies' films, on several threads; after the first failure the rest is left out.
Result<std::vector<Outcome>> write_films(const fs::path& out, const Cohort& cohort,
                                         Progress& progress) {
  std::vector<Outcome> outcomes(cohort.studies.size());
  std::atomic<std::size_t> done{0};
  std::atomic<bool> failed{false};
  const std::size_t threads =
      cohort.options.threads > 0 ? cohort.options.threads : hardware_threads();
  parallel_for(cohort.studies.size(), threads, [&](std::size_t i) {
    if (failed.load()) {
      return;
    }
    if (auto written = write_study(out, cohort, cohort.studies[i], outcomes[i]); !written) {
      outcomes[i].error = std::move(written).error();
      failed.store(true);
    }
    progress.at(done.fetch_add(1) + 1, "");
  });
  for (Outcome& outcome : outcomes) {
    if (outcome.error) {
      return *std::move(outcome.error);
    }
  }
  return outcomes;
}

}  // namespace

Result<Summary> write_cohort(const fs::path& out, const Options& options, Progress& progress) {
  OSLER_TRY_DO(check(out, options));
  const Cohort cohort = plan_cohort(options);
  for (std::size_t site = 0; site < options.sites; ++site) {
    OSLER_TRY_DO(make_folder(out / site_folder(site)));
  }
  progress.begin("phantom", cohort.studies.size());
  OSLER_TRY(const std::vector<Outcome> outcomes, write_films(out, cohort, progress));
  for (const auto& [name, content] : kStrayFiles) {
    OSLER_TRY_DO(write_plain(out / site_folder(0) / name, as_bytes(content)));
  }
  OSLER_TRY_DO(write_plain(out / "labels.csv", as_bytes(labels_csv(cohort, outcomes))));
  OSLER_TRY_DO(write_plain(out / "defects.csv", as_bytes(defects_csv(cohort))));
  const Summary summary = summarise(cohort, outcomes);
  progress.end(with_thousands(static_cast<std::int64_t>(summary.studies)) + " studies of " +
               counted(static_cast<std::int64_t>(summary.patients), "patient") + ", " +
               counted(static_cast<std::int64_t>(summary.sites), "site") + ", seed " +
               std::to_string(options.seed));
  return summary;
}

}  // namespace osler::dicom::phantom
