#include <utility>

#include <nlohmann/json.hpp>

#include "deploy/gates/gates.h"

namespace osler::deploy::gates {
namespace {

Result<Gate> gate_from(const Json& document) {
  Gate gate;
  OSLER_TRY(gate.name, json_string(document, "name"));
  OSLER_TRY(const std::string status, json_string(document, "status"));
  OSLER_TRY(gate.bound, json_number(document, "bound"));
  OSLER_TRY(const std::int64_t n, json_integer(document, "n"));
  OSLER_TRY(gate.sentence, json_string(document, "sentence"));
  gate.n = static_cast<std::size_t>(n);
  if (const auto value = document.find("value"); value != document.end() && value->is_number()) {
    gate.value = value->get<double>();
  }
  for (const auto known : {Status::Pass, Status::Fail, Status::Inconclusive}) {
    if (status == to_string(known)) {
      gate.status = known;
      return gate;
    }
  }
  return Error(ErrorCode::DataCorrupt, "a gate's status is neither pass, fail nor inconclusive");
}

}  // namespace

Json to_json(std::span<const Gate> gates) {
  Json list = Json::array();
  for (const auto& gate : gates) {
    list.push_back({{"name", gate.name},
                    {"status", to_string(gate.status)},
                    {"value", gate.value ? Json(*gate.value) : Json(nullptr)},
                    {"bound", gate.bound},
                    {"n", gate.n},
                    {"sentence", gate.sentence}});
  }
  return list;
}

Json to_json(std::span<const SignOff> sign_offs) {
  Json list = Json::array();
  for (const auto& sign_off : sign_offs) {
    list.push_back({{"person", sign_off.person}, {"reason", sign_off.reason}});
  }
  return list;
}

Result<std::vector<Gate>> gates_from_json(const Json& document) {
  if (!document.is_array()) {
    return Error(ErrorCode::DataCorrupt, "the gates are not a list");
  }
  std::vector<Gate> gates;
  for (const auto& entry : document) {
    OSLER_TRY(auto gate, gate_from(entry));
    gates.push_back(std::move(gate));
  }
  return gates;
}

}  // namespace osler::deploy::gates
