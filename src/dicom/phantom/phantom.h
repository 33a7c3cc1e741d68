#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/progress.h"
#include "base/result.h"

namespace osler::dicom::phantom {

struct Options {
  std::size_t studies = 1200;
  std::size_t sites =
      3;  // 1 to 26; with two or more, the last has another detector and look-up table
  std::uint64_t seed = 1;   // same seed, same bytes, whatever the number of threads
  bool shortcut = false;    // the label leaks into exposure, station and descriptions
  std::size_t threads = 0;  // 0: all
};

struct Summary {
  std::size_t studies = 0;
  std::size_t patients = 0;
  std::size_t sites = 0;
  std::size_t positives = 0;  // studies with the label opacity
  std::size_t files = 0;      // below the site folders; the two tables are not counted
  std::uint64_t bytes = 0;
  std::size_t repeats = 0;     // second films of a study
  std::size_t duplicates = 0;  // same bytes or same pixels as another file
  std::size_t wrong_labels = 0;
  std::size_t clipped = 0;
  std::size_t blank = 0;
  std::size_t without_patient_id = 0;
  std::size_t not_dicom = 0;
  std::size_t cut_short = 0;
};

// Writes a cohort of synthetic chest films as DICOM below `out`, which must be absent or empty:
//
//   site-a/0001.dcm …   films of site A, numbered in the order of their studies
//   labels.csv          one row a study: study, patient, age (years), sex, view, site, file,
//   opacity
//                       (0 or 1, 2 % of them wrong), subtlety (1 plain to 5 hardly visible; empty
//                       where there is no opacity), lesion_x, lesion_y, lesion_w, lesion_h (pixels,
//                       corner nearest the origin first), opacity_truth (0 or 1, never for
//                       training)
//   defects.csv         file, defect, of: what is wrong on purpose. defect is wrong_label, clipped,
//                       same_bytes, same_pixels, blank, no_patient_id, not_dicom or cut_short; `of`
//                       is the file that a duplicate repeats
//
// A film is the projection of analytic anatomy (path lengths through soft tissue, lung and bone)
// with scatter, quantum noise, detector blur and its vendor's look-up table. Each header says that
// it is synthetic in manufacturer, institution and comments; (0008,001C) Synthetic Data is left out
// because validators of before 2023 call it an error.
//
// InvalidArgument: no studies, or sites outside 1 to 26. FailedPrecondition: `out` holds files.
// PermissionDenied, Unavailable: `out` cannot be written. On failure what was written stays.
[[nodiscard]] Result<Summary> write_cohort(const std::filesystem::path& out, const Options& options,
                                           Progress& progress);

}  // namespace osler::dicom::phantom
