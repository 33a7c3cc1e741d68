#include <nlohmann/json.hpp>

#include "workflow/oversight/runs.h"

namespace osler::workflow::oversight {
namespace {

// A document kept as text; null where it is empty or cannot be read.
Json document(const std::string& text) {
  auto parsed = parse_json(text, "run");
  return parsed ? *std::move(parsed) : Json();
}

template <typename T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json curve_json(const std::vector<EpochRow>& curve) {
  Json list = Json::array();
  for (const auto& epoch : curve) {
    list.push_back({{"epoch", epoch.epoch},
                    {"loss", epoch.loss},
                    {"validation_loss", value_or_null(epoch.validation_loss)},
                    {"validation_auroc", value_or_null(epoch.validation_auroc)},
                    {"validation_auprc", value_or_null(epoch.validation_auprc)}});
  }
  return list;
}

Json roc_json(const Roc& roc) {
  const bool known = roc.fpr.estimable() && roc.tpr.estimable();
  return {{"points", roc.points},
          {"operating",
           known ? Json{{"fpr", estimate_json(roc.fpr)}, {"tpr", estimate_json(roc.tpr)}} : Json()},
          {"n", roc.n},
          {"positive", roc.positive}};
}

Json reliability_json(const Reliability& reliability) {
  Json bins = Json::array();
  for (const auto& bin : reliability.bins) {
    bins.push_back({{"mean", bin.mean},
                    {"observed", bin.observed.value},
                    {"lower", bin.observed.lower},
                    {"upper", bin.observed.upper},
                    {"n", bin.observed.n}});
  }
  return {{"bins", std::move(bins)},
          {"slope", estimate_json(reliability.slope)},
          {"slope_why", reliability.slope.reason},
          {"intercept", estimate_json(reliability.intercept)},
          {"intercept_why", reliability.intercept.reason}};
}

Json worst_json(const RunDetail& detail) {
  Json list = Json::array();
  for (std::size_t i = 0; i < detail.worst.size(); ++i) {
    const auto& film = detail.worst[i];
    list.push_back(
        {{"item", film.item},
         {"label", film.positive ? "present" : "absent"},
         {"probability", film.probability},
         {"thumbnail", "/api/runs/" + detail.row.name + "/worst/" + std::to_string(i + 1)}});
  }
  return list;
}

}  // namespace

Json to_json(const RunRow& row) {
  return {
      {"name", row.name},
      {"study", row.study},
      {"kind", row.kind},
      {"state", row.state},
      {"error", row.error},
      {"dataset", row.dataset},
      {"dataset_digest", row.dataset_digest},
      {"seed", row.seed},
      {"metric",
       {{"name", "AUROC"}, {"value", estimate_json(row.auroc)}, {"value_why", row.auroc.reason}}},
      {"difference", estimate_json(row.difference)},
      {"difference_why", row.difference.reason},
      {"compared_with", row.compared_with},
      {"started", row.started},
      {"ended", row.ended},
      {"seconds", row.seconds},
      {"model", row.model},
      {"revision", row.revision}};
}

Json to_json(const std::vector<Origin>& lineage) {
  Json list = Json::array();
  for (const auto& origin : lineage) {
    list.push_back({{"kind", origin.kind},
                    {"label", origin.label},
                    {"digest", origin.digest},
                    {"href", origin.href}});
  }
  return list;
}

Json to_json(const RunDetail& detail) {
  Json document_of = to_json(detail.row);
  Json numbers = Json::array();
  for (const auto& number : detail.numbers) {
    numbers.push_back({{"name", number.name},
                       {"value", estimate_json(number.value)},
                       {"value_why", number.value.reason}});
  }
  document_of["lineage"] = to_json(detail.lineage);
  document_of["numbers"] = std::move(numbers);
  document_of["curve"] = curve_json(detail.curve);
  document_of["roc"] = roc_json(detail.roc);
  document_of["reliability"] = reliability_json(detail.reliability);
  document_of["subgroups"] = to_json(detail.subgroups);
  document_of["gates"] = to_json(detail.gates);
  document_of["worst"] = worst_json(detail);
  document_of["environment"] = document(detail.environment);
  document_of["parameters"] = document(detail.parameters);
  document_of["why"] = detail.why;
  document_of["report"] =
      detail.has_report ? "/api/runs/" + detail.row.name + "/report" : std::string();
  return document_of;
}

Json to_json(const Comparison& comparison) {
  Json differs = Json::array();
  for (const auto& difference : comparison.differs) {
    differs.push_back(
        {{"key", difference.key}, {"a", document(difference.a)}, {"b", document(difference.b)}});
  }
  Json metrics = Json::array();
  for (const auto& metric : comparison.metrics) {
    metrics.push_back({{"name", metric.name},
                       {"a", estimate_json(metric.a)},
                       {"b", estimate_json(metric.b)},
                       {"difference", estimate_json(metric.difference)},
                       {"difference_why", metric.difference.reason},
                       {"paired", metric.paired}});
  }
  return {{"a", to_json(comparison.a)},
          {"b", to_json(comparison.b)},
          {"differs", std::move(differs)},
          {"metrics", std::move(metrics)},
          {"unpaired_why", comparison.unpaired_why},
          {"roc", {{"a", comparison.roc_a}, {"b", comparison.roc_b}}}};
}

}  // namespace osler::workflow::oversight
