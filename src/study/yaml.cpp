#include "study/internal/yaml.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/text.h"

namespace osler::study {
namespace {

std::string place_of(const std::string& file, int line, int column) {
  return file + " line " + std::to_string(line) + ", column " + std::to_string(column);
}

// The length of the UTF-8 sequence (RFC 3629) that starts the text; 0 where none does, or where it
// is a control character that YAML does not allow.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) {
    const bool is_blank = first == '\t' || first == '\n' || first == '\r';
    return (first >= 0x20 && first != 0x7f) || is_blank ? 1 : 0;
  }
  const std::size_t length = first < 0xc2   ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) {
      return 0;
    }
  }
  // Too long for what they say, surrogates, and beyond U+10FFFF.
  const unsigned second = byte(1);
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}

Result<void> check_text(std::string_view text, const std::string& file) {
  int line = 1;
  int column = 1;
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) {
      return Error(ErrorCode::InvalidArgument, "the file is not text in UTF-8")
          .at(place_of(file, line, column))
          .hint("save it as UTF-8 without control characters");
    }
    const bool ends = text.front() == '\n';
    line += ends ? 1 : 0;
    column = ends ? 1 : column + 1;
    text.remove_prefix(length);
  }
  return {};
}

// Stops yaml-cpp from inside an event.
struct Refusal : std::exception {
  Refusal(YAML::Mark where, std::string what, std::string todo)
      : mark(where), message(std::move(what)), hint(std::move(todo)) {}
  YAML::Mark mark;
  std::string message;
  std::string hint;
};

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A number as the core schema writes it; none for anything else, "0012" and "1_000" among them.
std::optional<Json> number_of(std::string_view text) {
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  const auto whole = digits.substr(0, digits.find_first_of(".eE"));
  if ((!is_digits(whole) && !digits.starts_with('.')) || (whole.size() > 1 && whole[0] == '0')) {
    return std::nullopt;
  }
  if (whole.size() == digits.size()) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc{} && end == text.data() + text.size() ? std::optional<Json>(number)
                                                                    : std::nullopt;
  }
  double number = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional<Json>(number)
                                                                  : std::nullopt;
}

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return nullptr;
  }
  if (text == "true" || text == "True" || text == "TRUE") {
    return true;
  }
  if (text == "false" || text == "False" || text == "FALSE") {
    return false;
  }
  auto number = number_of(text);
  return number ? *std::move(number) : Json(text);
}

// Builds the JSON from yaml-cpp's events, and refuses what a study file has no use for before
// anything is built from it: aliases can unfold a kilobyte into gigabytes.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(YamlDocument& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    add(mark, nullptr);
    // yaml-cpp marks an absent value where the next one starts: the key is the better place.
    if (const auto key = document_.keys.find(last_path_); key != document_.keys.end()) {
      document_.values[last_path_] = key->second;
    }
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse_anchor(mark); }
  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
    refuse_anchor(mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (!open_.empty() && open_.back().value.is_object() && !open_.back().key) {
      start_key(mark, value);
      return;
    }
    add(mark, tag == "!" ? Json(value) : plain_scalar(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    refuse_tag(mark, tag);
    open(mark, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    refuse_tag(mark, tag);
    open(mark, Json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Json value;
    std::string path;
    std::optional<std::string> key;  // of an object: read, its value not yet
  };

  static void refuse_anchor(const YAML::Mark& mark) {
    throw Refusal(mark, "a study file has no anchors and aliases (& and *)",
                  "write the value out, or put it in quotes");
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refusal(mark, "a study file has no type tags (!)", "put the value in quotes");
    }
  }

  // The path of the value that comes next.
  [[nodiscard]] std::string next_path() const {
    if (open_.empty()) {
      return "";
    }
    const auto& level = open_.back();
    if (level.value.is_array()) {
      return level.path + '[' + std::to_string(level.value.size()) + ']';
    }
    return level.path.empty() ? level.key.value_or("") : level.path + '.' + level.key.value_or("");
  }

  void start_key(const YAML::Mark& mark, const std::string& key) {
    auto& level = open_.back();
    if (level.value.contains(key)) {
      throw Refusal(mark, "the key \"" + key + "\" stands here twice", "remove one of them");
    }
    level.key = key;
    document_.keys[next_path()] = {mark.line + 1, mark.column + 1};
  }

  void open(const YAML::Mark& mark, Json container) {
    if (!open_.empty() && open_.back().value.is_object() && !open_.back().key) {
      throw Refusal(mark, "a key is a list or a section", "write a word as the key");
    }
    if (open_.size() >= kMostDepth) {
      throw Refusal(mark, "the file is nested too deep", "a study file is at most 16 levels deep");
    }
    auto path = next_path();
    document_.values[path] = {mark.line + 1, mark.column + 1};
    open_.push_back({std::move(container), std::move(path), std::nullopt});
  }

  void close() {
    auto done = std::move(open_.back().value);
    open_.pop_back();
    put(std::move(done));
  }

  void add(const YAML::Mark& mark, Json value) {
    if (!open_.empty() && open_.back().value.is_object() && !open_.back().key) {
      throw Refusal(mark, "a key is missing before the colon", "write key: value");
    }
    last_path_ = next_path();
    document_.values[last_path_] = {mark.line + 1, mark.column + 1};
    put(std::move(value));
  }

  void put(Json value) {
    if (open_.empty()) {
      document_.value = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push_back(std::move(value));
    } else {
      open_.back().value[open_.back().key.value_or("")] = std::move(value);
      open_.back().key.reset();
    }
  }

  YamlDocument& document_;
  std::vector<Level> open_;
  std::string last_path_;  // of the scalar added last
};

Error not_yaml(const std::string& file, const YAML::Mark& mark, const std::string& why) {
  return Error(ErrorCode::InvalidArgument, "the file is not YAML: " + why)
      .at(place_of(file, mark.line + 1, mark.column + 1))
      .hint("check the indentation, colons and quotes on this line");
}

}  // namespace

std::string YamlDocument::place(const std::string& path, SettingsFault::Part part) const {
  for (auto here = path; !here.empty();) {
    const auto& places = part == SettingsFault::Part::Key && here == path ? keys : values;
    if (const auto found = places.find(here); found != places.end()) {
      return place_of(file, found->second.line, found->second.column);
    }
    const auto end = here.find_last_of(".[");
    here = end == std::string::npos ? "" : here.substr(0, end);
  }
  return file;
}

Result<YamlDocument> read_yaml(std::string_view text, std::string file) {
  if (text.size() > kMostBytes) {
    return Error(ErrorCode::InvalidArgument, "the file is larger than 1 MiB")
        .at(file)
        .hint("is it a study file?");
  }
  OSLER_TRY_DO(check_text(text, file));
  YamlDocument document;
  document.file = std::move(file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(document);
    if (!parser.HandleNextDocument(builder) || document.value.is_null()) {
      return Error(ErrorCode::InvalidArgument, "the file is empty")
          .at(document.file)
          .hint("see docs/guides/study-file.md for an example");
    }
    YamlDocument second;
    Builder rest(second);
    if (parser.HandleNextDocument(rest)) {
      return Error(ErrorCode::InvalidArgument, "the file holds a second document after ---")
          .at(document.file)
          .hint("write one study a file");
    }
  } catch (const Refusal& refusal) {
    return Error(ErrorCode::InvalidArgument, refusal.message)
        .at(place_of(document.file, refusal.mark.line + 1, refusal.mark.column + 1))
        .hint(refusal.hint);
  } catch (const YAML::Exception& thrown) {
    return not_yaml(document.file, thrown.mark, thrown.msg);
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::InvalidArgument, std::string("the file is not YAML: ") + thrown.what())
        .at(document.file);
  }
  return document;
}

}  // namespace osler::study
