#include "workflow/oversight/internal/json_reading.h"

namespace osler::workflow::oversight::internal {

const Json& member(const Json& object, std::string_view key) {
  static const Json kNull;
  if (!object.is_object()) {
    return kNull;
  }
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_in(const Json& object, std::string_view key) {
  const Json& found = member(object, key);
  return found.is_string() ? found.get<std::string>() : "";
}

std::optional<double> number_in(const Json& object, std::string_view key) {
  const Json& found = member(object, key);
  return found.is_number() ? std::optional<double>(found.get<double>()) : std::nullopt;
}

std::size_t count_in(const Json& object, std::string_view key) {
  const Json& found = member(object, key);
  return found.is_number_unsigned() ? found.get<std::size_t>() : 0;
}

Estimate estimate_in(const Json& object, std::string_view key) {
  const Json& found = member(object, key);
  return {.value = number_in(found, "value").value_or(Estimate::kAbsent),
          .lower = number_in(found, "lower").value_or(Estimate::kAbsent),
          .upper = number_in(found, "upper").value_or(Estimate::kAbsent),
          .n = count_in(found, "n"),
          .reason = text_in(found, "not_estimable")};
}

std::vector<GateRow> gate_rows(const Json& gates, const Json& metrics) {
  std::vector<GateRow> rows;
  if (!gates.is_array()) {
    return rows;
  }
  for (const auto& gate : gates) {
    GateRow row{.name = text_in(gate, "name"),
                .verdict = text_in(gate, "status"),
                .value = estimate_in(metrics, text_in(gate, "name")),
                .limit = {},
                .text = text_in(gate, "sentence")};
    const auto value = number_in(gate, "value");
    // The gate's own number counts; the metric lends its interval where it is the same one.
    if (!value || row.value.value != *value) {
      row.value = {.value = value.value_or(Estimate::kAbsent),
                   .n = count_in(gate, "n"),
                   .reason = value ? "" : "not assessed"};
    }
    row.limit = limit_of(row.name, number_in(gate, "bound").value_or(0.0));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace osler::workflow::oversight::internal
