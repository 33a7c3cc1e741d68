#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::dataset {

// The names of the parts of a split, in this order.
inline constexpr std::string_view kTrain = "train";
inline constexpr std::string_view kValidation = "validation";
inline constexpr std::string_view kTest = "test";

using Fields = std::map<std::string, std::string>;

// What one person said of one label of an item.
struct GivenLabel {
  std::string by;
  std::string role;                          // "reader", "adjudicator"
  std::string answer;                        // "present", "absent", "unsure"
  std::string time;                          // RFC 3339
  std::optional<double> seconds;             // that it took
  std::optional<std::array<double, 4>> box;  // x0, y0, x1, y1 in pixels of the item

  bool operator==(const GivenLabel&) const = default;
};
// How a label came to be: who said what, and which way they came to one answer.
struct LabelHistory {
  std::string route;  // "both readers", "adjudicated"
  std::vector<GivenLabel> given;

  bool operator==(const LabelHistory&) const = default;
};

// One film (or another input) of a data set.
struct Item {
  std::string id;         // unique in the data set; not a patient's
  std::string patient;    // pseudonym; empty: unknown, and then a group of its own
  crypto::Digest object;  // the stored bytes
  std::string media;      // "application/dicom", "image/png", "image/jpeg",
                          // "application/x-osler-grey8" (rows and columns are attributes)
  Fields labels;          // "pneumonia" -> "1"; absent: not labelled
  Fields attributes;      // age, sex, view, site, manufacturer, modality, rows, columns, …
  std::string split;      // kTrain, kValidation, kTest or empty
  std::optional<crypto::Digest> pixels;  // of the decoded pixels: equal for the same picture
  // By label, of those that readers gave; a label that they could not settle is here alone.
  std::map<std::string, LabelHistory> history = {};

  bool operator==(const Item&) const = default;
};

// A data set version: its items in order, and where they came from (source, de-identification
// profile, labels file digest, split seed, …). Immutable once in the catalogue.
struct Manifest {
  Fields origin;
  std::vector<Item> items;

  bool operator==(const Manifest&) const = default;
};

// JSON lines: {"format": "osler-manifest/1", "items": n, "origin": {…}}, then one line an item,
// keys sorted: equal manifests have equal bytes.
[[nodiscard]] std::string to_json_lines(const Manifest& manifest);
// The manifest's identity: SHA-256 of to_json_lines().
[[nodiscard]] crypto::Digest digest(const Manifest& manifest);
// `name` stands in errors, with the line. DataCorrupt: not such lines, an id empty or twice, a
// split of another name, not as many items as the first line says. NotSupported: another format
// version, over 4 GiB, over 20 million items or a line over 1 MiB. A manifest without histories has
// the bytes, and so the digest, that it had before there were any.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text, std::string_view name);

struct SplitCounts {
  std::uint64_t train = 0;
  std::uint64_t validation = 0;
  std::uint64_t test = 0;
  std::uint64_t none = 0;
};
[[nodiscard]] SplitCounts count_splits(const Manifest& manifest);

}  // namespace osler::dataset
