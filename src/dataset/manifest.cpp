#include "dataset/manifest.h"

#include <array>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace osler::dataset {
namespace {

constexpr std::string_view kFormat = "osler-manifest/1";
constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 30;
constexpr std::int64_t kMaxItems = 20'000'000;
constexpr std::size_t kMaxLine = std::size_t{1} << 20;
constexpr std::size_t kMaxDepth = 6;  // item, histories, history, answers, answer, box

Json to_json(const GivenLabel& given) {
  Json out{{"by", given.by}, {"role", given.role}, {"answer", given.answer}, {"time", given.time}};
  if (given.seconds) {
    out["seconds"] = *given.seconds;
  }
  if (given.box) {
    out["box"] = *given.box;
  }
  return out;
}

Json to_json(const LabelHistory& history) {
  Json given = Json::array();
  for (const auto& one : history.given) {
    given.push_back(to_json(one));
  }
  return {{"route", history.route}, {"given", std::move(given)}};
}

Json to_json(const Item& item) {
  Json line{{"id", item.id},
            {"media", item.media},
            {"object", item.object.hex()},
            {"labels", item.labels},
            {"attributes", item.attributes}};
  // What is absent is left out, so that adding a member to the format keeps old digests.
  if (!item.patient.empty()) {
    line["patient"] = item.patient;
  }
  if (!item.split.empty()) {
    line["split"] = item.split;
  }
  if (item.pixels) {
    line["pixels"] = item.pixels->hex();
  }
  for (const auto& [label, history] : item.history) {
    line["history"][label] = to_json(history);
  }
  return line;
}

Error corrupt(std::string message) {
  return Error(ErrorCode::DataCorrupt, std::move(message));
}

Result<std::string> optional_string(const Json& line, std::string_view key) {
  if (!line.contains(std::string(key))) {
    return std::string();
  }
  return json_string(line, key);
}

Result<Fields> fields(const Json& line, std::string_view key) {
  const auto found = line.find(std::string(key));
  if (found == line.end() || !found->is_object()) {
    return corrupt("\"" + std::string(key) + "\" is absent or not an object");
  }
  Fields fields;
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return corrupt("\"" + std::string(key) + "\" holds something other than texts");
    }
    fields.emplace(name, value.get<std::string>());
  }
  return fields;
}

Result<crypto::Digest> digest_of(const std::string& text, std::string_view key) {
  const auto digest = crypto::Digest::from_hex(text);
  if (!digest) {
    return corrupt("\"" + std::string(key) + "\" is not a SHA-256 digest");
  }
  return *digest;
}

bool is_split(std::string_view name) {
  return name.empty() || name == kTrain || name == kValidation || name == kTest;
}

using Keys = std::unordered_set<std::string>;

Result<void> only_known_keys(const Json& object, const Keys& known, const char* what) {
  if (!object.is_object()) {
    return corrupt(std::string(what) + " is not a JSON object");
  }
  for (const auto& [key, value] : object.items()) {
    if (!known.contains(key)) {
      return corrupt(std::string(what) + " has a member that this format does not know");
    }
  }
  return {};
}

Result<std::array<double, 4>> box_from(const Json& box) {
  std::array<double, 4> ends{};
  if (!box.is_array() || box.size() != ends.size()) {
    return corrupt("a box is not four numbers");
  }
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (!box[i].is_number()) {
      return corrupt("a box is not four numbers");
    }
    ends.at(i) = box[i].get<double>();
  }
  return ends;
}

Result<GivenLabel> given_from(const Json& object) {
  static const Keys known{"by", "role", "answer", "time", "seconds", "box"};
  OSLER_TRY_DO(only_known_keys(object, known, "an answer of a history"));
  GivenLabel given;
  OSLER_TRY(given.by, json_string(object, "by"));
  OSLER_TRY(given.role, json_string(object, "role"));
  OSLER_TRY(given.answer, json_string(object, "answer"));
  OSLER_TRY(given.time, json_string(object, "time"));
  if (object.contains("seconds")) {
    OSLER_TRY(given.seconds, json_number(object, "seconds"));
  }
  if (object.contains("box")) {
    OSLER_TRY(given.box, box_from(object["box"]));
  }
  return given;
}

Result<LabelHistory> history_from(const Json& object) {
  static const Keys known{"route", "given"};
  OSLER_TRY_DO(only_known_keys(object, known, "a history"));
  LabelHistory history;
  OSLER_TRY(history.route, json_string(object, "route"));
  const auto list = object.find("given");
  if (list == object.end() || !list->is_array()) {
    return corrupt("a history without its answers");
  }
  for (const auto& one : *list) {
    OSLER_TRY(GivenLabel given, given_from(one));
    history.given.push_back(std::move(given));
  }
  return history;
}

Result<std::map<std::string, LabelHistory>> histories_from(const Json& line) {
  std::map<std::string, LabelHistory> histories;
  const auto found = line.find("history");
  if (found == line.end()) {
    return histories;
  }
  if (!found->is_object()) {
    return corrupt("\"history\" is not an object");
  }
  for (const auto& [label, object] : found->items()) {
    OSLER_TRY(LabelHistory history, history_from(object));
    histories.emplace(label, std::move(history));
  }
  return histories;
}

Result<Item> item_from(const Json& line) {
  static const Keys known{"id",    "patient", "object",     "media",  "labels",
                          "split", "pixels",  "attributes", "history"};
  OSLER_TRY_DO(only_known_keys(line, known, "an item"));
  Item item;
  OSLER_TRY(item.id, json_string(line, "id"));
  OSLER_TRY(item.patient, optional_string(line, "patient"));
  OSLER_TRY(item.media, json_string(line, "media"));
  OSLER_TRY(item.split, optional_string(line, "split"));
  OSLER_TRY(item.labels, fields(line, "labels"));
  OSLER_TRY(item.attributes, fields(line, "attributes"));
  OSLER_TRY(const std::string object, json_string(line, "object"));
  OSLER_TRY(item.object, digest_of(object, "object"));
  OSLER_TRY(const std::string pixels, optional_string(line, "pixels"));
  if (!pixels.empty()) {
    OSLER_TRY(item.pixels, digest_of(pixels, "pixels"));
  }
  OSLER_TRY(item.history, histories_from(line));
  if (item.id.empty()) {
    return corrupt("an item without an id");
  }
  if (!is_split(item.split)) {
    return corrupt("\"" + item.split + "\" is not a part of a split");
  }
  return item;
}

struct Head {
  Fields origin;
  std::int64_t items = 0;
};

Result<Head> head_from(const Json& line) {
  OSLER_TRY(const std::string format, json_string(line, "format"));
  if (format != kFormat) {
    return Error(ErrorCode::NotSupported, "the manifest has the format \"" + format +
                                              "\", this osler reads " + std::string(kFormat))
        .hint("use the osler that made it");
  }
  Head head;
  OSLER_TRY(head.items, json_integer(line, "items"));
  if (head.items < 0 || head.items > kMaxItems) {
    return Error(ErrorCode::NotSupported,
                 "the manifest says it has " + std::to_string(head.items) + " items");
  }
  OSLER_TRY(head.origin, fields(line, "origin"));
  return head;
}

// Cuts the next line off, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string to_json_lines(const Manifest& manifest) {
  std::string text = dump_json(
      Json{{"format", kFormat}, {"items", manifest.items.size()}, {"origin", manifest.origin}});
  text += '\n';
  for (const auto& item : manifest.items) {
    text += dump_json(to_json(item));
    text += '\n';
  }
  return text;
}

crypto::Digest digest(const Manifest& manifest) {
  return crypto::sha256(to_json_lines(manifest));
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view name) {
  if (text.size() > kMaxBytes) {
    return Error(ErrorCode::NotSupported, "the manifest is over 4 GiB").at(std::string(name));
  }
  std::int64_t number = 1;
  const auto place = [&] { return std::string(name) + " line " + std::to_string(number); };
  const auto next = [&]() -> Result<Json> {
    const std::string_view line = take_line(text);
    return parse_json(line, place(), {.bytes = kMaxLine, .depth = kMaxDepth});
  };
  OSLER_TRY(const Json first, next());
  auto head = head_from(first);
  if (!head) {
    return std::move(head).error().at(place());
  }
  Manifest manifest{.origin = std::move(head->origin), .items = {}};
  std::unordered_set<std::string> ids;
  while (!text.empty()) {
    ++number;
    OSLER_TRY(const Json line, next());
    auto item = item_from(line);
    if (!item) {
      return std::move(item).error().at(place());
    }
    if (!ids.insert(item->id).second) {
      return corrupt("an item's id is given twice").at(place());
    }
    manifest.items.push_back(*std::move(item));
    if (std::cmp_greater(manifest.items.size(), head->items)) {
      return corrupt("more items than the first line says").at(place());
    }
  }
  if (std::cmp_not_equal(manifest.items.size(), head->items)) {
    return corrupt("the manifest is cut off: " + std::to_string(manifest.items.size()) +
                   " items of " + std::to_string(head->items))
        .at(std::string(name));
  }
  return manifest;
}

SplitCounts count_splits(const Manifest& manifest) {
  SplitCounts counts;
  for (const auto& item : manifest.items) {
    auto& count = item.split == kTrain        ? counts.train
                  : item.split == kValidation ? counts.validation
                  : item.split == kTest       ? counts.test
                                              : counts.none;
    ++count;
  }
  return counts;
}

}  // namespace osler::dataset
