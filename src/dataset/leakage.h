#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "dataset/manifest.h"

namespace osler::dataset {

// Items that show the same pixels.
struct DuplicateGroup {
  crypto::Digest pixels;
  std::vector<std::string> ids;     // sorted
  std::vector<std::string> splits;  // distinct, sorted
  bool label_conflict = false;      // same picture, different labels
  [[nodiscard]] bool across() const { return splits.size() > 1; }
};
// The items of one patient where they stand in more than one part.
struct PatientAcross {
  std::vector<std::string> ids;     // sorted
  std::vector<std::string> splits;  // distinct, sorted
};

// What would make a test result look better than it is.
class LeakageAudit {
 public:
  std::vector<DuplicateGroup> duplicates;  // by first id
  std::vector<PatientAcross> patients;     // by first id
  std::uint64_t across_splits = 0;         // of the duplicate groups
  std::uint64_t label_conflicts = 0;       // of the duplicate groups
  std::uint64_t without_pixels = 0;        // items that could not be compared

  [[nodiscard]] bool leaks() const { return across_splits > 0 || !patients.empty(); }
  // One line a pair that stands on two sides: "test/17 (test) has the pixels of train/204 (train)".
  [[nodiscard]] std::vector<std::string> pairs() const;

 private:
  friend LeakageAudit audit(const Manifest& manifest);
  std::map<std::string, std::string> parts_;  // id to split, of the items named above
};
[[nodiscard]] LeakageAudit audit(const Manifest& manifest);

// What the study file may say about it.
//   Refuse        an error that names the first pairs
//   KeepTogether  all of a patient and of a duplicate group go to its strictest part
//                 (test before validation before train)
//   Drop          what also stands in a stricter part goes: from train, from validation; never from
//                 test
enum class LeakageTreatment : std::uint8_t { Refuse, KeepTogether, Drop };
// "refuse", "keep-together" or "drop". InvalidArgument: another word.
[[nodiscard]] Result<LeakageTreatment> leakage_treatment(std::string_view text);

struct Treated {
  std::uint64_t moved = 0;
  std::uint64_t dropped = 0;
};
// Afterwards audit(manifest).leaks() is false. FailedPrecondition: Refuse, and it leaks.
[[nodiscard]] Result<Treated> treat(Manifest& manifest, LeakageTreatment treatment);

}  // namespace osler::dataset
