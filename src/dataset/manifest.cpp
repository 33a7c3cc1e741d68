#include "dataset/manifest.h"

#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace osler::dataset {
namespace {

constexpr std::string_view kFormat = "osler-manifest/1";
constexpr std::size_t kLargestText = std::size_t{4} << 30;
constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::int64_t kMostItems = 20'000'000;

Json to_json(const Item& item) {
  return {{"id", item.id},
          {"patient", item.patient},
          {"object", item.object.hex()},
          {"media", item.media},
          {"labels", item.labels},
          {"attributes", item.attributes},
          {"split", item.split},
          {"pixels", item.pixels ? Json(item.pixels->hex()) : Json()}};
}

// Takes the text apart line by line, keeping count for errors.
class Lines {
 public:
  Lines(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] std::string place() const {
    return std::string(name_) + " line " + std::to_string(number_);
  }

  Result<Json> next() {
    ++number_;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    if (line.size() > kLongestLine) {
      return Error(ErrorCode::NotSupported, "a line is longer than 1 MiB").at(place());
    }
    auto parsed = parse_json(line, place(), {.bytes = kLongestLine, .depth = 4});
    if (parsed && !parsed->is_object()) {
      return Error(ErrorCode::DataCorrupt, "not a JSON object").at(place());
    }
    return parsed;
  }

 private:
  std::string_view text_;
  std::string_view name_;
  std::size_t number_ = 0;
};

Result<Fields> fields(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_object()) {
    return Error(ErrorCode::DataCorrupt, std::string("\"") + key + "\" is absent or no object");
  }
  Fields result;
  for (const auto& entry : found->items()) {
    if (!entry.value().is_string()) {
      return Error(ErrorCode::DataCorrupt, std::string("a value in \"") + key + "\" is no text");
    }
    result.emplace(entry.key(), entry.value().get<std::string>());
  }
  return result;
}

Result<crypto::Digest> digest_of(const Json& object, const char* key) {
  OSLER_TRY(const std::string text, json_string(object, key));
  const auto digest = crypto::Digest::from_hex(text);
  if (!digest) {
    return Error(ErrorCode::DataCorrupt, std::string("\"") + key + "\" is no SHA-256");
  }
  return *digest;
}

Result<Item> read_item(const Json& object) {
  Item item;
  OSLER_TRY(item.id, json_string(object, "id"));
  OSLER_TRY(item.patient, json_string(object, "patient"));
  OSLER_TRY(item.object, digest_of(object, "object"));
  OSLER_TRY(item.media, json_string(object, "media"));
  OSLER_TRY(item.labels, fields(object, "labels"));
  OSLER_TRY(item.attributes, fields(object, "attributes"));
  OSLER_TRY(item.split, json_string(object, "split"));
  const auto pixels = object.find("pixels");
  if (pixels != object.end() && !pixels->is_null()) {
    OSLER_TRY(item.pixels, digest_of(object, "pixels"));
  }
  if (item.id.empty()) {
    return Error(ErrorCode::DataCorrupt, "an item has no id");
  }
  if (!item.split.empty() && item.split != kTrain && item.split != kValidation &&
      item.split != kTest) {
    return Error(ErrorCode::DataCorrupt, "an item's split is none of train, validation, test");
  }
  return item;
}

Result<std::int64_t> read_head(Lines& lines, Manifest& manifest) {
  OSLER_TRY(const Json head, lines.next());
  OSLER_TRY(const std::string format, json_string(head, "format"));
  if (format != kFormat) {
    return Error(ErrorCode::NotSupported, "not a manifest of format " + std::string(kFormat));
  }
  OSLER_TRY(manifest.origin, fields(head, "origin"));
  OSLER_TRY(const auto count, json_integer(head, "items"));
  if (count < 0 || count > kMostItems) {
    return Error(ErrorCode::NotSupported, "more than 20 million items");
  }
  return count;
}

}  // namespace

std::string to_json_lines(const Manifest& manifest) {
  std::string text =
      dump_json(
          {{"format", kFormat}, {"items", manifest.items.size()}, {"origin", manifest.origin}}) +
      "\n";
  for (const auto& item : manifest.items) {
    text += dump_json(to_json(item)) + "\n";
  }
  return text;
}

crypto::Digest digest(const Manifest& manifest) {
  return crypto::sha256(to_json_lines(manifest));
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view name) {
  if (text.size() > kLargestText) {
    return Error(ErrorCode::NotSupported, "larger than 4 GiB").at(std::string(name));
  }
  Lines lines(text, name);
  Manifest manifest;
  auto count = read_head(lines, manifest);
  if (!count) {
    return std::move(count).error().at(lines.place());
  }
  std::set<std::string> ids;
  while (!lines.at_end()) {
    OSLER_TRY(const Json object, lines.next());
    auto item = read_item(object);
    if (!item) {
      return std::move(item).error().at(lines.place());
    }
    if (!ids.insert(item->id).second) {
      return Error(ErrorCode::DataCorrupt, "an id stands twice").at(lines.place());
    }
    manifest.items.push_back(*std::move(item));
  }
  if (static_cast<std::int64_t>(manifest.items.size()) != *count) {
    return Error(ErrorCode::DataCorrupt, std::to_string(manifest.items.size()) +
                                             " items, but the first line says " +
                                             std::to_string(*count))
        .at(std::string(name));
  }
  return manifest;
}

SplitCounts count_splits(const Manifest& manifest) {
  SplitCounts counts;
  for (const auto& item : manifest.items) {
    std::uint64_t& count = item.split == kTrain        ? counts.train
                           : item.split == kValidation ? counts.validation
                           : item.split == kTest       ? counts.test
                                                       : counts.none;
    ++count;
  }
  return counts;
}

}  // namespace osler::dataset
