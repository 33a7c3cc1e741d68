#include "workflow/configuration.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace osler::workflow {
namespace {

constexpr std::array<std::string_view, kUrgencies> kUrgencyWords{"critical", "urgent", "routine"};
constexpr std::array<std::string_view, 2> kPolicyWords{"on_request", "after_first_read"};

Result<void> only(const Json& object, const std::vector<std::string>& known,
                  const std::string& where) {
  if (!object.is_object()) {
    return Error(ErrorCode::DataCorrupt, "not a JSON object").at(where);
  }
  for (const auto& entry : object.items()) {
    if (std::ranges::find(known, entry.key()) == known.end()) {
      const auto near = nearest(entry.key(), known);
      return Error(ErrorCode::InvalidArgument, "unknown setting \"" + entry.key() + "\"")
          .at(where)
          .hint(near ? "write " + *near : "known are " + join(known, ", "));
    }
  }
  return {};
}

Result<std::vector<std::string>> texts(const Json& object, const char* key) {
  std::vector<std::string> list;
  const auto found = object.find(key);
  if (found == object.end()) {
    return list;
  }
  const bool all_text = found->is_array() && std::ranges::all_of(*found, [](const Json& entry) {
                          return entry.is_string();
                        });
  if (!all_text) {
    return Error(ErrorCode::DataCorrupt, std::string("\"") + key + "\" is not a list of texts");
  }
  return found->get<std::vector<std::string>>();
}

Result<void> read_targets(const Json& document, const std::string& where, Configuration& out) {
  const auto found = document.find("targets_minutes");
  if (found == document.end()) {
    return {};
  }
  OSLER_TRY_DO(only(*found, {"critical", "urgent", "routine"}, where));
  for (std::size_t i = 0; i < kUrgencies; ++i) {
    if (!found->contains(kUrgencyWords.at(i))) {
      continue;
    }
    OSLER_TRY(const auto minutes, json_integer(*found, kUrgencyWords.at(i)));
    if (minutes < 1 || minutes > 7 * 24 * 60) {
      return Error(ErrorCode::InvalidArgument, "a target is not between 1 minute and 7 days")
          .at(where)
          .hint("\"targets_minutes\": {\"critical\": 30, \"urgent\": 60, \"routine\": 240}");
    }
    out.targets.at(i) = std::chrono::minutes(minutes);
  }
  return {};
}

Result<void> read_marks(const Json& document, const std::string& where, Configuration& out) {
  if (!document.contains("marks")) {
    return {};
  }
  OSLER_TRY(const std::string word, json_string(document, "marks"));
  const auto found = std::ranges::find(kPolicyWords, word);
  if (found == kPolicyWords.end()) {
    return Error(ErrorCode::InvalidArgument, "\"" + word + "\" is no policy for marks")
        .at(where)
        .hint("write on_request or after_first_read");
  }
  out.marks = static_cast<MarksPolicy>(found - kPolicyWords.begin());
  return {};
}

Result<void> read_looks_at(const Json& document, const std::string& where, Configuration& out) {
  const auto found = document.find("looks_at");
  if (found == document.end()) {
    return {};
  }
  if (!found->is_array()) {
    return Error(ErrorCode::DataCorrupt, "\"looks_at\" is not a list").at(where);
  }
  for (const auto& entry : *found) {
    OSLER_TRY_DO(only(entry, {"model", "modality", "body_part"}, where));
    LooksAt rule;
    OSLER_TRY(rule.model, json_string(entry, "model"));
    OSLER_TRY(rule.modality, texts(entry, "modality"));
    OSLER_TRY(rule.body_part, texts(entry, "body_part"));
    out.looks_at.push_back(std::move(rule));
  }
  return {};
}

constexpr std::size_t kLongestNote = 200;

Result<std::string> note(const Json& entry, const char* key, const std::string& where) {
  if (!entry.contains(key)) {
    return std::string();
  }
  OSLER_TRY(std::string text, json_string(entry, key));
  if (text.size() > kLongestNote) {
    return Error(ErrorCode::InvalidArgument,
                 std::string("\"") + key + "\" has more than 200 characters")
        .at(where);
  }
  return text;
}

// "2026-12-15", a day that the calendar has.
bool is_day(const std::string& text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  const bool shaped = std::ranges::equal(text, kShape, [](char found, char wanted) {
    return wanted == 'd' ? found >= '0' && found <= '9' : found == wanted;
  });
  if (!shaped) {
    return false;
  }
  const auto number = [&](std::size_t from, std::size_t digits) {
    return static_cast<unsigned>(parse_integer(text.substr(from, digits)).value_or(0));
  };
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(number(0, 4))),
                                     std::chrono::month(number(5, 2)),
                                     std::chrono::day(number(8, 2)))
      .ok();
}

Result<ModelNotes> read_model(const Json& entry, const std::string& where) {
  OSLER_TRY_DO(only(entry, {"name", "owner", "risk", "next_review", "override_limit"}, where));
  ModelNotes notes;
  OSLER_TRY(notes.model, json_string(entry, "name"));
  OSLER_TRY(notes.owner, note(entry, "owner", where));
  OSLER_TRY(notes.risk, note(entry, "risk", where));
  OSLER_TRY(notes.next_review, note(entry, "next_review", where));
  if (!notes.next_review.empty() && !is_day(notes.next_review)) {
    return Error(ErrorCode::InvalidArgument, "\"next_review\" is not a day")
        .at(where)
        .hint("write it as 2026-12-15");
  }
  if (entry.contains("override_limit")) {
    OSLER_TRY(const double limit, json_number(entry, "override_limit"));
    if (!(limit > 0.0 && limit <= 1.0)) {
      return Error(ErrorCode::InvalidArgument, "\"override_limit\" is not a share")
          .at(where)
          .hint("0.15 stands for 15 of 100 answers");
    }
    notes.override_limit = limit;
  }
  return notes;
}

Result<void> read_models(const Json& document, const std::string& where, Configuration& out) {
  const auto found = document.find("models");
  if (found == document.end()) {
    return {};
  }
  if (!found->is_array()) {
    return Error(ErrorCode::DataCorrupt, "\"models\" is not a list").at(where);
  }
  for (const auto& entry : *found) {
    OSLER_TRY(auto notes, read_model(entry, where));
    if (std::ranges::find(out.models, notes.model, &ModelNotes::model) != out.models.end()) {
      return Error(ErrorCode::InvalidArgument, "\"models\" names \"" + notes.model + "\" twice")
          .at(where);
    }
    out.models.push_back(std::move(notes));
  }
  return {};
}

Result<void> read_flag(const Json& document, const char* key, bool& value) {
  if (document.contains(key)) {
    OSLER_TRY(value, json_bool(document, key));
  }
  return {};
}

Result<void> read_text(const Json& document, const char* key, std::string& value) {
  if (document.contains(key)) {
    OSLER_TRY(value, json_string(document, key));
  }
  return {};
}

}  // namespace

std::string_view to_string(Urgency urgency) {
  return kUrgencyWords.at(static_cast<std::size_t>(urgency));
}

std::string_view to_string(MarksPolicy policy) {
  return kPolicyWords.at(static_cast<std::size_t>(policy));
}

ModelNotes Configuration::notes_on(std::string_view model) const {
  const auto found = std::ranges::find(models, model, &ModelNotes::model);
  return found == models.end() ? ModelNotes{.model = std::string(model)} : *found;
}

Result<Configuration> read_configuration(const std::filesystem::path& path) {
  Configuration configuration;
  const std::string where = path.string();
  const auto text = osler::read_text(path, std::uint64_t{1} << 20);
  if (!text && text.error().code == ErrorCode::NotFound) {
    return configuration;
  }
  if (!text) {
    return text.error();
  }
  OSLER_TRY(const Json document, parse_json(*text, where));
  OSLER_TRY_DO(only(document,
                    {"deidentify_on_ingest", "actor", "site", "test_system", "marks",
                     "targets_minutes", "ai_raises", "looks_at", "models"},
                    where));
  OSLER_TRY_DO(read_flag(document, "deidentify_on_ingest", configuration.deidentify_on_ingest));
  OSLER_TRY_DO(read_flag(document, "test_system", configuration.test_system));
  OSLER_TRY_DO(read_flag(document, "ai_raises", configuration.ai_raises));
  OSLER_TRY_DO(read_text(document, "actor", configuration.actor));
  OSLER_TRY_DO(read_text(document, "site", configuration.site));
  OSLER_TRY_DO(read_marks(document, where, configuration));
  OSLER_TRY_DO(read_targets(document, where, configuration));
  OSLER_TRY_DO(read_looks_at(document, where, configuration));
  OSLER_TRY_DO(read_models(document, where, configuration));
  return configuration;
}

}  // namespace osler::workflow
