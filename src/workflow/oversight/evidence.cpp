#include "workflow/oversight/evidence.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::workflow::oversight {
namespace {

Json number_or_null(double number) {
  return std::isfinite(number) ? Json(number) : Json(nullptr);
}

}  // namespace

Json estimate_json(const Estimate& estimate) {
  if (!std::isfinite(estimate.value)) {
    return nullptr;
  }
  return {{"value", estimate.value},
          {"lower", number_or_null(estimate.lower)},
          {"upper", number_or_null(estimate.upper)},
          {"n", estimate.n}};
}

Json to_json(const Subgroups& subgroups) {
  Json rows = Json::array();
  for (const auto& row : subgroups.rows) {
    rows.push_back({{"attribute", row.attribute},
                    {"group", row.group},
                    {"n", row.n},
                    {"positive", row.positive},
                    {"value", estimate_json(row.value)},
                    {"why", row.value.reason}});
  }
  return {{"metric", "sensitivity"},
          {"floor", subgroups.floor ? Json(*subgroups.floor) : Json(nullptr)},
          {"rows", std::move(rows)},
          {"omitted", subgroups.omitted}};
}

Json to_json(const std::optional<WidestGap>& gap) {
  if (!gap) {
    return nullptr;
  }
  return {{"points", gap->points}, {"group", gap->group},
          {"other", gap->other},   {"metric", "sensitivity"},
          {"n", gap->n},           {"difference", estimate_json(gap->difference)}};
}

Json to_json(const std::vector<GateRow>& gates) {
  Json list = Json::array();
  for (const auto& gate : gates) {
    list.push_back({{"name", gate.name},
                    {"verdict", gate.verdict},
                    {"value", estimate_json(gate.value)},
                    {"limit", gate.limit},
                    {"text", gate.text}});
  }
  return list;
}

std::string limit_of(const std::string& gate, double bound) {
  if (gate == "leakage") {
    return "none";
  }
  std::string number = fixed(bound, 3);
  if (number.ends_with('0')) {
    number.pop_back();
  }
  return (gate == "ece" || gate == "subgroup_gap" ? "≤ " : "≥ ") + number;
}

}  // namespace osler::workflow::oversight
