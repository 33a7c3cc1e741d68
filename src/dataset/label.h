#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "dataset/manifest.h"

namespace osler::dataset {

struct LabelOptions {
  std::string key_column;               // of the table: which item a row speaks of
  std::string match = "id";             // of the item: "id", or an attribute ("study", "file")
  std::vector<std::string> labels;      // columns that become labels
  std::vector<std::string> attributes;  // columns that become attributes
  std::string patient_column;           // becomes the patient; empty: left as it is
  // Turns the key as written into what `match` holds (a study UID into its pseudonym). None: as
  // written.
  std::function<std::string(std::string_view)> translate;
};

struct LabelReport {
  std::uint64_t rows = 0;
  std::uint64_t matched = 0;         // rows that spoke of at least one item
  std::uint64_t labelled = 0;        // items that have all the labels now
  std::uint64_t unlabelled = 0;      // items that lack one
  std::vector<std::string> unknown;  // places of rows for which there is no item
};

// Joins a table of labels to the items. An empty field labels nothing. A row may speak of several
// items (all films of a study).
// InvalidArgument: no such column (the hint names the nearest, the place lists all).
// NotFound: no row speaks of any item. DataCorrupt: two rows label the same item differently; the
// place names both rows. On an error the manifest is as it was.
[[nodiscard]] Result<LabelReport> join_labels(Manifest& manifest, const CsvTable& table,
                                              const LabelOptions& options);

}  // namespace osler::dataset
