#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "workflow/home.h"

namespace osler::workflow {

// What became of one input. Each input has exactly one outcome.
enum class Outcome : std::uint8_t {
  Stored,       // kept, for care and (de-identified) for research
  Duplicate,    // the same bytes are kept already
  Quarantined,  // bytes kept apart, used by nothing
  Rejected,     // not kept
};
inline constexpr std::size_t kOutcomes = 4;
[[nodiscard]] std::string_view to_string(Outcome outcome);  // "stored", "duplicate", …

struct TakenItem {
  std::string path;  // as given; a member of an archive: "archive.zip!member"
  Outcome outcome = Outcome::Rejected;
  std::string reason;  // why, in a sentence; for stored films the quality labels, if any
  std::string kind;    // the reason's kind, for counting: "not DICOM", "blank", …
  std::string sop_instance_uid;
  std::string study_instance_uid;
};

struct Receipt {
  std::string id;    // 8 hexadecimal digits
  std::string time;  // RFC 3339
  double seconds = 0.0;
  std::uint64_t bytes = 0;
  std::size_t received = 0;
  std::size_t counts[kOutcomes] = {};  // by Outcome; their sum is `received`
  std::size_t research_copies = 0;     // made now
  std::size_t studies = 0;             // among what was stored now
  std::size_t patients = 0;
  std::vector<TakenItem> items;

  [[nodiscard]] std::size_t count(Outcome outcome) const {
    return counts[static_cast<std::size_t>(outcome)];
  }
};

struct TakeInOptions {
  std::vector<std::filesystem::path> paths;  // files, folders, zip archives
  std::optional<bool> deidentify;            // none: as the home's configuration says
  std::filesystem::path shown_from;          // receipts show paths below this folder's subfolders
  std::string actor;                         // whom the audit names; empty: the home's
  bool history = false;                      // kept off the worklist: for data sets and as priors
  std::size_t threads = 0;                   // 0: all
};

// Takes films in: walks folders (links to folders are not followed) and archives, bounds and parses
// each input, decodes its first frame in the sandbox, labels its quality, stores the original and,
// if asked for, the research copy. Works in batches, so memory does not grow with the input; when
// the receipt names an item as stored it survives a power cut, and after a kill the same command
// finishes the work without storing anything twice.
//
// NotFound: a path does not exist. Others as the store and the database say.
[[nodiscard]] Result<Receipt> take_in(Home& home, const TakeInOptions& options, Progress& progress);

// A receipt given before, whole. NotFound: no such receipt.
[[nodiscard]] Result<Receipt> find_receipt(Home& home, const std::string& id);

struct ResearchReport {
  std::size_t originals = 0;  // looked at
  std::size_t made = 0;
  std::size_t present = 0;   // made before
  std::size_t withheld = 0;  // could not be de-identified, with reasons by kind
  std::vector<std::string> reasons;
};
// Makes the research copy of each original that has none yet.
[[nodiscard]] Result<ResearchReport> make_research_copies(Home& home, std::size_t threads,
                                                          Progress& progress);

}  // namespace osler::workflow
